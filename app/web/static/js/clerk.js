// The clerk's form by keyboard alone: only the fields that the channel needs, Enter goes on, Ctrl+Enter saves, and the
// session does not end while somebody types. Without scripts all fields stand there and Enter saves.
const form = document.querySelector("[data-clerk]");
const channel = form.querySelector("#channel");
const fit = () => {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(channel.value);
  }
};
if (channel) {
  channel.addEventListener("change", fit);
  fit();
}
const hint = form.querySelector("[data-keys]");
if (hint) hint.hidden = false;
const fields = () =>
  [...form.querySelectorAll("input:not([type=hidden]), textarea, select, button")].filter(
    (one) => !one.closest("[hidden]"),
  );
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.go:not([name])"));
  } else if (event.target.matches("input:not([type=file])")) {
    event.preventDefault();
    const all = fields();
    all[all.indexOf(event.target) + 1].focus();
  }
});
const MINUTES = 5 * 60 * 1000;
let said = Date.now();
form.addEventListener("input", () => {
  if (Date.now() - said < MINUTES) return;
  said = Date.now();
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  fetch("/desk/intake/typing", { method: "POST", body }).catch(() => {});
});
