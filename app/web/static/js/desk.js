// What a desk's pages do beyond being complete without: ready sentences by a tap, all rows at once, copying, and keys
// (which can be switched off: WCAG 2.1.4).

for (const button of document.querySelectorAll("[data-put]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.put);
    field.value = field.value ? `${field.value}\n${button.dataset.words}` : button.dataset.words;
    field.focus();
  });
}

// A button that copies a text; one of a form goes on and sends it. Without scripts the text is selected by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  button.hidden = false;
  if (button.dataset.words) button.textContent = button.dataset.words;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    text.focus();
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch (error) {
      document.execCommand("copy"); // an office PC over plain http knows no clipboard
    }
    if (button.form) button.form.requestSubmit();
    else button.textContent = button.dataset.done;
  });
}

if (document.querySelector("[data-along]")) import("./take_along.js");

const all = document.querySelector("[data-all]");
if (all) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll("input[name=case]")) box.checked = all.checked;
  });
}

const OFF = "anshao-keys-off";
const toggle = document.querySelector("[data-keys]");
const remembered = () => {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false;
  }
};
let off = remembered();
if (toggle) {
  toggle.closest("label").hidden = false;
  toggle.checked = !off;
  toggle.addEventListener("change", () => {
    off = !toggle.checked;
    try {
      if (off) localStorage.setItem(OFF, "1");
      else localStorage.removeItem(OFF);
    } catch {
      // then it holds for this page
    }
  });
}

const rows = [...document.querySelectorAll("tbody a[href^='/desk/cases/']")];
const move = (by) => {
  const at = rows.indexOf(document.activeElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next) next.focus();
};
const keys = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("input[type=search]")?.focus(),
  g: () => location.assign("/desk/"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (off || typing || event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});
