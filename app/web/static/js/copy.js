// A button that copies a text; without scripts the text is selected by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.focus();
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch (error) {
      document.execCommand("copy"); // an office PC over plain http knows no clipboard
    }
    button.textContent = button.dataset.done;
  });
}
