// Photos on the phone: shrunk, stripped, blacked out where somebody wants it, and sent one by one while the rest is still
// being written, with a bar for each and again on a bad line. Nothing is lost when one fails: what could not be sent
// goes with the form. What this phone cannot decode (HEIC) is sent whole and cleaned by the server.

import { blackOut } from "./blackout.js";
import { telling } from "./exif.js";

const LONG_SIDE = 1600; // pixels, as the server keeps them
const QUALITY = 0.85;
const MOST = 9;
const TRIES = 4;
const WAIT_MS = 1500; // before the second try; doubled before each further one

let form, input, list, row, edit, place, once;
const photos = new Set();

// Takes over the form's photo field; `extras` holds the row of a photo, the editor and all words.
export function photosOf(theForm, extras) {
  form = theForm;
  input = form.querySelector("#photos");
  once = form.elements.namedItem("once");
  place = form.querySelector("#where");
  list = extras.getElementById("photo-list");
  row = extras.getElementById("photo-row").content.firstElementChild;
  const editor = extras.getElementById("black-out");
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = list.dataset.style;
  document.head.append(style);
  input.closest(".field").after(list);
  form.after(editor);
  edit = blackOut(editor);
  input.addEventListener("change", take);
  document.addEventListener("submit", onSubmit, true);
  take();
}

function take() {
  const chosen = Array.from(input.files);
  input.value = ""; // they are sent from here; what fails is put back
  const room = MOST - photos.size - form.querySelectorAll("#held input:checked").length;
  list.querySelector("[data-too-many]").hidden = chosen.length <= room;
  for (const file of chosen.slice(0, Math.max(0, room))) add(file);
}

async function add(file) {
  const item = row.cloneNode(true);
  const photo = { item, file, blob: null, ticket: "", field: null, request: null, state: "work" };
  photos.add(photo);
  list.querySelector("ol").append(item);
  list.hidden = false;
  item.querySelector("[data-remove]").addEventListener("click", () => remove(photo));
  item.querySelector("[data-again]").addEventListener("click", () => send(photo));
  item.querySelector("[data-black]").addEventListener("click", () => darken(photo));
  state(photo, "work");
  try {
    showTelling(photo, telling(new Uint8Array(await file.slice(0, 262144).arrayBuffer())));
  } catch (error) {
    // nothing to tell of
  }
  await shrink(photo);
  if (photos.has(photo)) send(photo);
}

// The photo at its kept size, drawn anew: nothing of the file but its pixels goes on.
async function shrink(photo) {
  try {
    const bitmap = await createImageBitmap(photo.file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // under what is transparent
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    await render(photo, canvas);
    canvas.width = canvas.height = 1; // nine of them are more than an old phone has
  } catch (error) {
    photo.blob = photo.file; // the server cleans it
    photo.item.querySelector("[data-gone]").hidden = true;
    photo.item.querySelector("[data-whole]").hidden = false;
  }
  photo.file = null;
}

async function render(photo, canvas) {
  photo.blob = await new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", QUALITY),
  );
  const small = photo.item.querySelector("canvas");
  const scale = Math.min(1, 240 / Math.max(canvas.width, canvas.height));
  small.width = Math.round(canvas.width * scale);
  small.height = Math.round(canvas.height * scale);
  small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
  small.hidden = false;
  photo.item.querySelector("[data-black]").hidden = false;
}

// What the photo would have given away, and that it is gone; where it was taken may fill the field, if one likes.
function showTelling(photo, found) {
  const gone = photo.item.querySelector("[data-gone]");
  for (const part of gone.querySelectorAll("[data-part]")) {
    const value = found[part.dataset.part];
    part.hidden = !value;
    if (part.dataset.part === "device") part.querySelector("b").textContent = value;
    if (part.dataset.part === "time") part.querySelector("b").textContent = value;
  }
  gone.hidden = !(found.time || found.device || found.position);
  const insider = form.querySelector("#insider");
  const fill = photo.item.querySelector("[data-fill]");
  const offer = () => (fill.hidden = !found.position || insider.checked);
  insider.addEventListener("change", offer);
  offer();
  fill.querySelector("button").addEventListener("click", () => {
    const { latitude, longitude } = found.position;
    const words = fill.dataset.words.replace("{latitude}", latitude).replace("{longitude}", longitude);
    place.value = place.value.trim() ? `${place.value.trim()}（${words}）` : words;
    place.dispatchEvent(new Event("input", { bubbles: true }));
    place.focus();
  });
}

function state(photo, name) {
  photo.state = name;
  const { item } = photo;
  for (const word of item.querySelectorAll("[data-state]")) word.hidden = word.dataset.state !== name;
  item.querySelector("progress").hidden = name !== "sending";
  item.querySelector("[data-again]").hidden = name !== "failed";
}

async function send(photo) {
  if (photo.state === "sending" || !photo.blob) return;
  state(photo, "sending");
  const { blob } = photo;
  for (let tried = 1; tried <= TRIES; tried += 1) {
    const answer = await post(photo, blob);
    if (photo.blob !== blob || !photos.has(photo)) {
      if (answer.ticket) forget(answer.ticket); // changed or removed meanwhile
      return;
    }
    if (answer.ticket) return keep(photo, answer.ticket);
    if (answer.advice && answer.final) return refuse(photo, answer.advice);
    if (tried < TRIES) await new Promise((done) => setTimeout(done, WAIT_MS * 2 ** (tried - 1)));
    if (photo.blob !== blob || !photos.has(photo)) return;
  }
  state(photo, "failed");
}

function post(photo, blob) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = photo.item.querySelector("progress");
    const body = new FormData();
    body.append("once", once.value);
    body.append("photos", blob, "photo");
    request.open("POST", form.dataset.photos);
    request.timeout = 60000;
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      photo.request = null;
      const answer = request.response || {};
      done({ ...answer, final: request.status >= 400 && request.status < 500 });
    });
    photo.request = request;
    bar.value = 0;
    request.send(body);
  });
}

function keep(photo, ticket) {
  photo.ticket = ticket;
  photo.field = document.createElement("input");
  photo.field.type = "hidden";
  photo.field.name = "held";
  photo.field.value = ticket;
  photo.item.append(photo.field);
  state(photo, "sent");
}

function refuse(photo, advice) {
  photo.blob = null;
  photo.item.querySelector("[data-black]").hidden = true;
  photo.item.querySelector("[data-state=refused]").textContent = advice;
  state(photo, "refused");
}

// The server takes back what it held under a ticket; if it does not hear of it, the night does.
function forget(ticket) {
  const body = new FormData();
  body.append("once", once.value);
  body.append("held", ticket);
  fetch(`${form.dataset.photos}/drop`, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => {});
}

function unsend(photo) {
  if (photo.request) photo.request.abort();
  if (photo.ticket) forget(photo.ticket);
  if (photo.field) photo.field.remove();
  photo.ticket = "";
  photo.field = null;
}

function remove(photo) {
  photos.delete(photo);
  unsend(photo);
  photo.item.remove();
  list.hidden = photos.size === 0;
  list.querySelector("[data-too-many]").hidden = true;
  input.focus();
}

// While photos are under way the form waits; those that could not be sent alone go with it as files.
function onSubmit(event) {
  if (event.target !== form) return;
  const waiting = Array.from(photos).filter((photo) => photo.state === "work" || photo.state === "sending");
  if (waiting.length > 0) {
    event.preventDefault();
    event.stopImmediatePropagation();
    list.querySelector("[data-waiting]").hidden = false;
    const { submitter } = event;
    const look = setInterval(() => {
      if (waiting.some((photo) => photos.has(photo) && (photo.state === "work" || photo.state === "sending"))) return;
      clearInterval(look);
      list.querySelector("[data-waiting]").hidden = true;
      form.requestSubmit(submitter);
    }, 100);
    return;
  }
  const left = new DataTransfer();
  for (const photo of photos) if (photo.state === "failed") left.items.add(new File([photo.blob], "photo"));
  input.files = left.files;
}

async function darken(photo) {
  edit(await createImageBitmap(photo.blob), async (canvas) => {
    photo.blob = null; // an upload of the photo as it was is taken back
    unsend(photo);
    state(photo, "work");
    await render(photo, canvas);
    send(photo);
  });
}
