// Seals who sent a report (举报人信息封存) on the phone, byte for byte as app/tips/identity.py and app/people/grants.py
// do: one blob of one size under a new key, and the key in two shares for two keepers, neither of whom can open it alone.

import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

const SUITE = 1; // leads every blob: X-Wing, HKDF-SHA256, AES-256-GCM
const IDENTITY_BYTES = 1024;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const LENGTH_BYTES = 4;
const PARTS = ["first", "second"];

const hpke = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const utf8 = new TextEncoder();

function joined(...pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

function lengthOf(bytes) {
  const four = new Uint8Array(LENGTH_BYTES);
  new DataView(four.buffer).setUint32(0, bytes.length);
  return four;
}

// A label, then each part behind its length: app/sealing/framing.py.
function framed(label, ...parts) {
  const pieces = parts.map((part) => utf8.encode(part));
  return joined(utf8.encode(label), ...pieces.flatMap((piece) => [lengthOf(piece), piece]));
}

// Length, text, zeros up to one size: app/sealing/padding.py.
function padded(text) {
  const all = new Uint8Array(IDENTITY_BYTES);
  const head = joined(lengthOf(text), text);
  if (head.length > IDENTITY_BYTES) throw new RangeError("too long");
  all.set(head);
  return all;
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toText(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function fromText(text) {
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

async function sealPerson(id, key, person) {
  const nonce = random(NONCE_BYTES);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const bound = framed("anshao-field-1", "identities", id, "blob");
  const plain = padded(utf8.encode(JSON.stringify(person)));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: bound }, aes, plain);
  return joined([SUITE], nonce, new Uint8Array(sealed));
}

async function sealShare(id, part, keeper, share) {
  const recipientPublicKey = await hpke.kem.deserializePublicKey(fromText(keeper.public));
  const info = framed("anshao-hpke-1", `grant:identity:${part}`, id, `desk:${keeper.desk}`, String(keeper.epoch));
  const { enc, ct } = await hpke.seal({ recipientPublicKey, info }, share);
  const sealed = toText(joined([SUITE], new Uint8Array(enc), new Uint8Array(ct)));
  return { part, desk: keeper.desk, epoch: keeper.epoch, print: keeper.print, sealed };
}

// Two shares of the key, each to one keeper of the pair. Every pair gets a splitting of its own: shares of two pairs
// never join to the key.
async function sealToPair(id, key, pair) {
  const first = random(KEY_BYTES);
  const second = key.map((byte, at) => byte ^ first[at]);
  const shares = [first, second];
  return Promise.all(PARTS.map((part, at) => sealShare(id, part, pair[at], shares[at])));
}

// The text of the hidden field `sealed_identity`. `pairs` is what GET /report/keepers answers: the keepers of ordinary
// reports and those of reports on an official. Which of them it will be is known only after routing, so the phone seals
// to both, and the server keeps one pair's shares and drops the other's.
export async function seal(pairs, mode, person) {
  const id = toHex(random(16));
  const key = random(KEY_BYTES);
  const blob = await sealPerson(id, key, person);
  const shares = [];
  for (const pair of pairs) shares.push(...(await sealToPair(id, key, pair)));
  key.fill(0);
  return JSON.stringify({ v: 1, mode, id, blob: toText(blob), shares });
}
