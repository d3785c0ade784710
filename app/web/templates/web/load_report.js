{#- Fetches js/report.js at the first touch of the form, so that a first view is one request. A report in which somebody
leaves a name, sent meanwhile, waits for it; where it cannot come, the server seals, as the page has said all along. A
browser that knows no modules is left alone. Short, because it comes with every first view; the content security policy
knows these bytes by their hash. -#}
(() => {
const form = document.getElementById("report"), f = form.elements;
let script, held, done = !("noModule" in HTMLScriptElement.prototype);
const end = () => { done = 1; held && held.click(); held = 0; };
const named = () => f.mode.value != "anonymous" && !f.sealed_identity.value;
const load = () => {
if (done || script) return;
const type = "module", src = form.dataset.script;
form.append((script = Object.assign(document.createElement("script"), { type, src, onload: end, onerror: end })));
};
form.onpointerdown = form.onchange = load;
form.addEventListener("focusin", load);
form.onsubmit = (e) => {
if (done || !named()) return;
load();
held = e.submitter || form.querySelector("button.go");
e.preventDefault();
};
onpageshow = () => { (f.mode.value != "anonymous" || localStorage.draft) && load(); };
})();
