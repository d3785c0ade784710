// Does this text give its writer away (发之前自查)? The engine of app/rules/selfcheck.py on the device: the words stay here.
// Whatever is changed in one must be changed in the other; tests/browser/test_selfcheck.py holds them together.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const OTHER = "\ufffc"; // one unit for what JavaScript counts as two, so that an index is a code point
const ready = new WeakMap(); // expressions are built once for each set of rules

// Marks in `text`, in its order, never overlapping: [{start, end, kind, reason, replacement}], start and end in code
// points as in Python (`Array.from(text)`, not `text.slice`). `full`: the insider's path; else numbers only.
export function spans(text, rules, full) {
  const points = Array.from(text).slice(0, rules.most);
  const folded = points.map((point) => rules.fold[point] || fold(point)).join("");
  const found = compiled(rules)
    .filter((one) => full || !one.full)
    .flatMap((one) => matches(one, folded))
    .sort((a, b) => a.one.full - b.one.full || a.start - b.start || b.end - a.end);
  const kept = [];
  const taken = new Uint8Array(points.length);
  for (const { start, end, one } of found) {
    if (taken.subarray(start, end).includes(1)) continue;
    taken.fill(1, start, end);
    const replacement = said(one.milder, points.slice(start, end), rules.fold);
    kept.push({ start, end, kind: one.kind, reason: one.reason, replacement });
  }
  return kept.sort((a, b) => a.start - b.start);
}

function compiled(rules) {
  if (!ready.has(rules)) {
    const patterns = Object.entries(rules.kinds).flatMap(([kind, [full, reason, milder, list]]) =>
      list.map((row) => {
        const [find, own = null, check = ""] = Array.isArray(row) ? row : [row];
        const expression = new RegExp(expanded(find, rules.sets), "gu");
        return { kind, full, reason, milder: own === null ? milder : own, check, expression };
      }),
    );
    ready.set(rules, patterns);
  }
  return ready.get(rules);
}

function expanded(find, sets) {
  let before;
  do {
    before = find;
    find = find.replace(/<([a-z]+)>/g, (_, name) => sets[name]);
  } while (find !== before);
  return find;
}

function fold(point) {
  let code = point.codePointAt(0);
  if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
  if (code === 0x3000) return " ";
  if (code >= 0x41 && code <= 0x5a) code += 0x20;
  return code > 0xffff || (code >= 0xd800 && code <= 0xdfff) ? OTHER : String.fromCharCode(code);
}

function matches(one, text) {
  const found = [];
  let match;
  one.expression.lastIndex = 0;
  while ((match = one.expression.exec(text))) {
    const start = match.index;
    const end = start + match[0].length;
    const fits = apart(text, start) && apart(text, end) && (one.check !== "id18" || id18(match[0]));
    if (fits) found.push({ start, end, one });
    one.expression.lastIndex = fits ? end : start + 1;
  }
  return found;
}

// Whether no number and no Latin word runs across `at`.
function apart(text, at) {
  const [before, after] = [group(text[at - 1]), group(text[at])];
  return !before || before !== after;
}

function group(letter = "") {
  return /[0-9]/.test(letter) ? "digit" : /[a-z]/.test(letter) ? "letter" : "";
}

// The check digit of a citizen's number, GB 11643.
function id18(found) {
  const digits = found.replace(/[^0-9x]/g, "");
  const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(digits[place]), 0);
  return digits.length === 18 && digits[17] === "10x98765432"[total % 11];
}

function said(milder, points, folds) {
  if (typeof milder === "string") return milder;
  const found = points.map((point) => folds[point] || point).join("");
  return milder.reduce((text, [old, fresh]) => text.split(old).join(fresh), found);
}

// Shows the marks of `textarea` in `container` (the macro selfcheck_box of web/selfcheck.html, which carries all words).
// Nothing is held back: the form can be sent whatever stands here. Returns the number of marks.
export function show(textarea, container, rules, full) {
  const points = Array.from(textarea.value);
  const found = spans(textarea.value, rules, full);
  const list = container.querySelector("ol");
  const shown = container.querySelector("[data-copy]");
  shown.style.whiteSpace = "pre-wrap"; // lines as they were written
  shown.replaceChildren(...copy(points, found));
  list.replaceChildren(...found.map((span) => item(points, span, container, change)));
  if (container.undo && container.undo.after !== textarea.value) container.undo = null; // written on since
  const news = found.length > 0 && (container.hidden || container.querySelector("[data-found]").hidden);
  container.hidden = found.length === 0 && !container.undo;
  container.querySelector("[data-found]").hidden = found.length === 0;
  if (news) sayAnew(container.querySelector("[role=status]"));
  const undo = container.querySelector("[data-undo]");
  undo.hidden = !container.undo;
  undo.firstElementChild.onclick = () => put(container.undo.before);
  return found.length;

  function change(span) {
    const text = [...points.slice(0, span.start), span.replacement, ...points.slice(span.end)].join("");
    put(text, { before: textarea.value, after: text });
  }

  function put(text, undoable = null) {
    textarea.value = text;
    container.undo = undoable;
    show(textarea, container, rules, full);
    // The button that was pressed is gone; whoever uses a keyboard or a reader must not be thrown to the top.
    const next = container.hidden ? textarea : container.querySelector("li button, [data-undo]:not([hidden]) button") || textarea;
    next.focus({ preventScroll: true });
  }
}

// A status that appears with its words in it is not read out by every reader; words that come into one that is there are.
function sayAnew(status) {
  const words = [...status.childNodes];
  if (words.length === 0) return; // it is being said
  status.replaceChildren();
  setTimeout(() => status.replaceChildren(...words), 50);
}

// Shows the marks while somebody writes, once the hands rest. Not on leaving the field: the page would move between
// finger down and finger up, and the tap on 发送 would miss. `full` may be a function: whether it is the insider's path
// can change. Returns what looks at once.
export function watch(textarea, container, rules, full) {
  let waiting;
  const look = () => show(textarea, container, rules, typeof full === "function" ? full() : full);
  textarea.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 700);
  });
  look();
  return look;
}

function copy(points, found) {
  const parts = [];
  let at = 0;
  for (const span of found) {
    const mark = document.createElement("mark");
    mark.textContent = points.slice(span.start, span.end).join("");
    parts.push(points.slice(at, span.start).join(""), mark);
    at = span.end;
  }
  return [...parts, points.slice(at).join("")];
}

function item(points, span, container, change) {
  const row = container.querySelector("template").content.firstElementChild.cloneNode(true);
  const words = points.slice(span.start, span.end).join("");
  row.querySelector("[data-words]").textContent = words;
  row.querySelector("[data-reason]").textContent = span.reason;
  const button = row.querySelector("button");
  const label = span.replacement ? button.dataset.change : button.dataset.remove;
  button.textContent = label.replace("{words}", () => words).replace("{replacement}", () => span.replacement);
  button.addEventListener("click", () => change(span));
  return row;
}
