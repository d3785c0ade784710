// Photos that go to an assisting desk: taken from the case, blacked out by hand, rendered anew. Without script a photo that
// was prepared elsewhere is chosen as a file.

import { blackOut } from "./blackout.js";

const QUALITY = 0.9;
const part = document.querySelector("[data-along]");
const input = part.closest("form").querySelector("input[type=file]");
const list = part.querySelector("[data-chosen]");
const row = part.querySelector("template").content.firstElementChild;
const edit = blackOut(document.getElementById("black-out"), true);
const chosen = [];

function put() {
  const files = new DataTransfer();
  for (const one of chosen) files.items.add(one);
  input.files = files.files;
}

async function add(canvas) {
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const file = new File([blob], `${chosen.length + 1}.jpg`, { type: "image/jpeg" });
  const item = row.cloneNode(true);
  const small = item.querySelector("canvas");
  const scale = Math.min(1, 240 / Math.max(canvas.width, canvas.height));
  small.width = Math.round(canvas.width * scale);
  small.height = Math.round(canvas.height * scale);
  small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
  item.querySelector("button").addEventListener("click", () => {
    chosen.splice(chosen.indexOf(file), 1);
    item.remove();
    put();
  });
  list.append(item);
  chosen.push(file);
  put();
}

for (const button of part.querySelectorAll("[data-take]")) {
  button.addEventListener("click", async () => {
    const answer = await fetch(button.dataset.take);
    if (answer.ok) edit(await createImageBitmap(await answer.blob()), add);
  });
}
input.addEventListener("change", () => {
  chosen.push(...input.files); // chosen by hand beside them
  put();
});
part.hidden = false;
