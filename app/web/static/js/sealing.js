// Seals name and phone on this phone before the report leaves it (app/web/scripts/seal.js does the sealing itself).
//
// Nothing more is loaded until somebody chooses to leave a name or a phone. Then the request holds neither: the two
// fields lose their `name`, so that no browser sends them, and keep what was typed, so that nothing is lost where
// sending fails. A form that comes back with an error brings what was sealed back with it; it need not be typed again.
// Where the phone cannot seal (no secure connection, an old browser), the server does, and the page says which.

const LONGEST = { name: 40, phone: 20 }; // letters
const DIGITS = 7;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu; // as app/web/text.py; unassigned letters stay: ours may be old
const JOINER = "\u200d";

const note = document.getElementById("sealing");
const form = note.closest("form");
const sealed = form.elements.namedItem("sealed_identity");
const fields = { name: form.querySelector("#name"), phone: form.querySelector("#phone") };
const able = window.isSecureContext && Boolean(window.crypto && crypto.subtle);

let bundle = null; // the promise of the sealing code
let byServer = !able;
let kept = sealed.value !== ""; // sealed on an earlier page, and what was typed there is gone
let sealedFor = null; // the form as it stood when `sealed` was made
let busy = false;
let sending = false;

function mode() {
  const chosen = form.querySelector("input[name=mode]:checked");
  return chosen ? chosen.value : "anonymous";
}

function leavesSomething() {
  return mode() !== "anonymous";
}

function say(what) {
  note.textContent = note.dataset[what];
  note.className = what === "failed" ? "error" : "hint";
  note.hidden = !leavesSomething();
}

function load() {
  if (bundle === null) {
    bundle = import(note.dataset.bundle);
    bundle.catch(() => (bundle = null));
  }
  return bundle;
}

function plain(text) {
  return text.replace(INVISIBLE, (letter) => (letter === JOINER ? letter : "")).trim();
}

function person() {
  return { name: mode() === "named" ? plain(fields.name.value) : "", phone: plain(fields.phone.value) };
}

// All that is in the form: whatever changes, a new sealing is made, so that sending the same twice stays one report and
// sending something else never uses one sealing for two.
function everything() {
  const others = Array.from(new FormData(form)).filter(([name]) => name !== "sealed_identity" && !(name in fields));
  const entries = others.map(([name, value]) => (typeof value === "string" ? [name, value] : [name, value.name, value.size]));
  return JSON.stringify([entries, whom()]);
}

function whom() {
  return JSON.stringify([mode(), person()]);
}

function sendFields(yes) {
  for (const [name, field] of Object.entries(fields)) {
    if (yes) field.setAttribute("name", name);
    else field.removeAttribute("name");
  }
}

function problemOf(name, said) {
  if (Array.from(said[name]).length > LONGEST[name]) return "tooLong";
  if (name === "name") return mode() === "named" && said.name === "" ? "noName" : "";
  return (said.phone.match(/\p{Nd}/gu) || []).length < DIGITS ? "noPhone" : "";
}

function showProblem(name, text) {
  const field = fields[name];
  const box = field.closest(".field");
  for (const old of box.querySelectorAll(".error")) old.remove();
  box.classList.toggle("bad-field", text !== "");
  field.removeAttribute("aria-invalid");
  const hint = `${name}-hint`;
  field.setAttribute("aria-describedby", text ? `${hint} ${name}-error` : hint);
  if (text === "") return;
  field.setAttribute("aria-invalid", "true");
  const line = document.createElement("p");
  line.className = "error";
  line.id = `${name}-error`;
  line.textContent = text;
  field.before(line);
}

// The server cannot check what is sealed, so what it would say is said here.
function complete() {
  const said = person();
  const wrong = Object.keys(fields).filter((name) => {
    const problem = problemOf(name, said);
    showProblem(name, problem && note.dataset[problem]);
    return problem;
  });
  if (wrong.length > 0) fields[wrong[0]].focus();
  return wrong.length === 0;
}

async function keepers() {
  const answer = await fetch(note.dataset.keepers, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error("no keepers");
  const { pairs } = await answer.json();
  if (pairs.length === 0) throw new Error("no keepers");
  return pairs;
}

async function sealThenSend(submitter) {
  busy = true;
  say("busy");
  try {
    const { seal } = await load();
    const pairs = await keepers();
    let said;
    do {
      said = whom();
      sealed.value = await seal(pairs, mode(), person());
    } while (said !== whom()); // changed while it was sealed
    sendFields(false);
    sealedFor = everything();
    say("phone");
  } catch (error) {
    giveUp();
    return;
  } finally {
    busy = false;
  }
  sending = true;
  if (form.requestSubmit) form.requestSubmit(submitter);
  else form.submit();
  sending = false;
}

// Never silently: the page has promised that the phone seals, so it asks before the server does.
function giveUp() {
  leaveToServer();
  say("failed");
  note.tabIndex = -1;
  note.focus();
}

function leaveToServer() {
  byServer = true;
  forget();
}

function forget() {
  sealed.value = "";
  sealedFor = null;
  kept = false;
  sendFields(true);
}

function onSubmit(event) {
  if (event.target !== form || sending) return;
  if (!leavesSomething() || byServer) {
    forget();
    return;
  }
  if (kept || (sealedFor !== null && sealedFor === everything())) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!busy && complete()) sealThenSend(event.submitter);
}

async function onMode() {
  if (kept) forget(); // sealed for another choice
  byServer = !able;
  if (byServer || !leavesSomething()) {
    say("server");
    return;
  }
  say("waiting");
  try {
    await load();
    if (!byServer && !busy) say("phone");
  } catch (error) {
    if (!byServer && !busy) say("waiting"); // tried once more when the report is sent
  }
}

function onTyping() {
  if (!kept) return;
  forget();
  say(byServer ? "server" : "phone");
}

document.addEventListener("submit", onSubmit, true);
for (const choice of form.querySelectorAll("input[name=mode]")) choice.addEventListener("change", onMode);
for (const field of Object.values(fields)) field.addEventListener("input", onTyping);
if (kept) sendFields(false);
else onMode();
