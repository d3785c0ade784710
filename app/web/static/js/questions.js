// Two to five short questions about the sector that was chosen; never needed, and never kept when another one is chosen.
// All of them are fetched at once: no request tells which sector somebody looks at.

let all = null;
let asked = "";

export async function ask(box, sector) {
  asked = sector;
  all = all || (await read(box.dataset.from));
  if (sector !== asked) return; // another one was chosen meanwhile
  const questions = all.sectors[sector] || [];
  const list = box.querySelector("div");
  list.replaceChildren(...questions.map((question) => fieldOf(sector, question)));
  takeBack(box.form, list);
  box.hidden = questions.length === 0;
  const warn = () => warnOf(box, questions, sector);
  list.onchange = warn;
  warn();
}

// A form that came back to be mended holds its answers hidden: those of this sector are shown again, no others are sent.
function takeBack(form, list) {
  for (const kept of form.querySelectorAll("input[type=hidden][name^=q_]")) {
    const input = list.querySelector(`#${CSS.escape(`${kept.name}-${kept.value}`)}`);
    if (input) input.checked = true;
    kept.remove();
  }
}

async function read(address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error("no questions");
  return answer.json();
}

function fieldOf(sector, question) {
  const field = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = question.ask;
  const picks = document.createElement("div");
  picks.className = "picks";
  const name = `q_${sector}_${question.id}`;
  for (const [value, text] of question.options || all.answers) picks.append(cardOf(name, value, text));
  field.append(legend, picks);
  return field;
}

function cardOf(name, value, text) {
  const card = document.createElement("label");
  card.className = "card";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name, value, id: `${name}-${value}` });
  const words = document.createElement("span");
  words.textContent = text;
  card.append(input, words);
  return card;
}

// Danger to life in an answer: whom to call, at once and before anything is sent.
function warnOf(box, questions, sector) {
  const said = box.querySelector("[role=alert]");
  const calls = new Set();
  for (const question of questions) {
    const chosen = box.querySelector(`input[name=q_${sector}_${question.id}]:checked`);
    const call = chosen && question.urgent && question.urgent[chosen.value];
    if (call) calls.add(call);
  }
  const lines = [...calls].map((call) => {
    const line = document.createElement("b");
    const [number, words] = all.calls[call];
    line.append(`${words} `);
    const link = document.createElement("a");
    link.href = `tel:${number}`;
    link.textContent = box.dataset.call.replace("{number}", number);
    line.append(link);
    return line;
  });
  if (said.childElementCount === lines.length && lines.every((line, at) => line.isEqualNode(said.children[at]))) return;
  said.replaceChildren(...lines);
  said.hidden = lines.length === 0;
}
