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
  askWhatFits(extras.content);
  takePhotos(extras.content);
  sealOnPhone(extras.content);
  if (window.isSecureContext && crypto.subtle) (await import("./draft.js")).draftOf(form, extras.content);
}

// The few questions of a sector, asked as soon as one is chosen or a poster brought it.
function askWhatFits(extras) {
  const box = extras.getElementById("questions");
  const sector = form.querySelector("#sector");
  sector.closest(".field").after(box);
  const ask = async () => (await import("./questions.js")).ask(box, sector.value);
  sector.addEventListener("change", () => ask().catch(() => {}));
  if (sector.value) ask().catch(() => {});
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
  const rules = JSON.parse(extras.getElementById("rules").content.textContent);
  what.closest(".field").after(box);
  const look = watch(what, box, rules, () => insider.checked);
  insider.addEventListener("change", look);
}

// Who seals name and phone is settled only where somebody leaves one (js/sealing.js).
function sealOnPhone(extras) {
  const note = form.querySelector("#sealing");
  Object.assign(note.dataset, extras.getElementById("sealing-words").dataset);
  let loading = null;
  const choose = () => {
    note.hidden = form.elements.mode.value === "anonymous";
    if (loading !== null || note.hidden) return;
    loading = import("./sealing.js").catch(() => (loading = null));
    waitFor(loading);
  };
  for (const choice of form.querySelectorAll("input[name=mode]")) choice.addEventListener("change", choose);
  choose();
}

// A report in which somebody leaves a name, sent while what seals it is on its way, waits for it.
let pending = 0;
let held = null;

async function waitFor(something) {
  pending += 1;
  await something;
  pending -= 1;
  if (pending === 0 && held !== null) {
    held.click();
    held = null;
  }
}

function hold(event) {
  if (event.target !== form || pending === 0 || form.elements.mode.value === "anonymous") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held = event.submitter || form.querySelector("button.go[type=submit]");
}

document.addEventListener("submit", hold, true);
waitFor(start().catch(() => {})); // then the form is what it is without
