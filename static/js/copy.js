// <button data-copy="id" data-done="Copied"> puts what a field holds on the clipboard, and says so.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // not allowed, or no https: it stands selected for the keyboard
    }
    button.textContent = button.dataset.done;
  });
}
