// What the form does beyond being filled in and sent. Loaded at the first touch of it, so that the first view is one
// request; each part loads only what it needs, and without any of it the form is complete.

import { watch } from "./selfcheck.js";

const form = document.getElementById("report");
const what = form.querySelector("#what");
const insider = form.querySelector("#insider");

async function start() {
  const answer = await fetch(form.dataset.extras, { credentials: "omit" });
  if (!answer.ok) throw new Error("no extras");
  const extras = document.createElement("template");
  extras.innerHTML = await answer.text();
  checkText(extras.content);
  takePhotos(extras.content);
  sealOnPhone(extras.content);
}

function takePhotos(extras) {
  const input = form.querySelector("#photos");
  const load = async () => (await import("./photos.js")).photosOf(form, extras);
  let loading = null;
  const once = () => {
    if (loading === null) loading = load().catch(() => (loading = null));
  };
  for (const event of ["click", "focus", "change"]) input.addEventListener(event, once);
  if (input.files.length > 0 || document.activeElement === input) once();
}

function checkText(extras) {
  const box = extras.getElementById("what-selfcheck");
  const checked = form.querySelector("#checked");
  const rules = JSON.parse(extras.getElementById("rules").content.textContent);
  what.closest(".field").after(box);
  const seen = new MutationObserver(() => {
    if (!box.hidden) checked.value = "yes"; // was shown here: the server need not show it again
  });
  seen.observe(box, { attributes: true, attributeFilter: ["hidden"] });
  const look = watch(what, box, rules, () => insider.checked);
  insider.addEventListener("change", look);
}

// Who seals name and phone is settled only where somebody leaves one (js/sealing.js).
function sealOnPhone(extras) {
  Object.assign(form.querySelector("#sealing").dataset, extras.getElementById("sealing-words").dataset);
  let loading = null;
  const choose = () => {
    const chosen = form.querySelector("input[name=mode]:checked");
    if (loading === null && chosen && chosen.value !== "anonymous") loading = import("./sealing.js").catch(() => (loading = null));
  };
  for (const choice of form.querySelectorAll("input[name=mode]")) choice.addEventListener("change", choose);
  choose();
}

start().catch(() => {}); // then the form is what it is without
