// A draft kept on this phone, only when asked for: locked under a word that the writer chooses, for a day. It goes when
// the report is sent and when the page is left in a hurry (js/leave.js). Photos, name and phone are not kept.

const NAME = "draft";
const DAY_MS = 24 * 3600 * 1000;
const ROUNDS = 300000; // about a second on an old phone
const SHORTEST = 4; // letters of the word
const LEFT_OUT = ["once", "checked", "held", "photos", "sealed_identity", "name", "phone"];

let form, box;

// Shows the box, and what is kept here, below the form's button.
export function draftOf(theForm, extras) {
  form = theForm;
  box = extras.getElementById("draft");
  form.querySelector("button.go[type=submit]").after(box);
  box.querySelector("[data-save]").addEventListener("click", () => tell(save));
  box.querySelector("[data-open]").addEventListener("click", () => tell(open));
  box.querySelector("[data-throw]").addEventListener("click", () => tell(forget));
  const found = kept();
  if (found) form.before(box.querySelector("[data-draft-kept]"));
  shown(Boolean(found));
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME));
    if (found && found.until > Date.now()) return found;
    localStorage.removeItem(NAME);
  } catch (error) {
    // nothing, or nothing that can be read
  }
  return null;
}

const keptBox = () => document.querySelector("[data-draft-kept]");

function shown(yes) {
  keptBox().hidden = !yes;
}

async function tell(act) {
  const said = await act().catch(() => "failed");
  for (const word of document.querySelectorAll("[data-draft-said]")) word.hidden = word.dataset.draftSaid !== said;
}

async function save() {
  const word = box.querySelector("#draft-word");
  if (word.value.length < SHORTEST) return "short";
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const words = new TextEncoder().encode(JSON.stringify(written()));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(word.value, salt), words);
  const sealed = { until: Date.now() + DAY_MS, salt: text(salt), iv: text(iv), data: text(new Uint8Array(data)) };
  localStorage.setItem(NAME, JSON.stringify(sealed));
  word.value = "";
  return "saved";
}

async function open() {
  const found = kept();
  const word = document.querySelector("#draft-open");
  if (!found) return "gone";
  try {
    const key = await keyOf(word.value, bytes(found.salt));
    const words = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(found.iv) }, key, bytes(found.data));
    fill(JSON.parse(new TextDecoder().decode(words)));
  } catch (error) {
    return "wrong";
  }
  word.value = "";
  shown(false);
  form.querySelector("#what").focus();
  return "opened";
}

async function forget() {
  localStorage.removeItem(NAME);
  shown(false);
  return "gone";
}

function written() {
  return Array.from(new FormData(form)).filter(([name, value]) => typeof value === "string" && !LEFT_OUT.includes(name));
}

function fill(entries) {
  const values = new Map(entries);
  for (const field of form.elements) {
    if (!field.name || LEFT_OUT.includes(field.name) || field.type === "file") continue;
    if (field.type === "checkbox") field.checked = values.has(field.name);
    else if (field.type === "radio") field.checked = values.get(field.name) === field.value;
    else if (values.has(field.name)) field.value = values.get(field.name);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.querySelector("#what").dispatchEvent(new Event("input", { bubbles: true }));
}

async function keyOf(word, salt) {
  const given = await crypto.subtle.importKey("raw", new TextEncoder().encode(word), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, given, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function text(array) {
  return btoa(Array.from(array, (one) => String.fromCharCode(one)).join(""));
}

function bytes(said) {
  return Uint8Array.from(atob(said), (one) => one.charCodeAt(0));
}
