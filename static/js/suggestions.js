// A text of a model to start from: asked for in a dialog, put into the editor only when it is chosen.
// What had been typed comes back at a press, and by the browser's own undo.
import { openDialog } from "./keys.js";

const dialog = document.getElementById("suggestions");
const field = document.querySelector("#work [name=suggestion]");
const undo = document.getElementById("begun");

/** The number of the suggestion that the text began from; null where it began from none. */
export const begunFrom = () => (field?.value ? Number(field.value) : null);

/** Set it, as a kept draft has it. */
export function begin(number) {
  if (field) field.value = Number.isInteger(number) ? number : "";
}

/** Wire the dialog to the editor `text`. */
export function suggestions(text) {
  if (!dialog) return;
  const given = document.getElementById("suggestions-given");
  const coming = document.getElementById("suggestions-coming");
  const failed = document.getElementById("suggestions-failed");
  const more = document.getElementById("suggestions-more");
  let before = ""; // the text that the last one chosen took the place of
  const begunOf = new Map(); // of the texts that undo and redo come back to, what each began from

  function write(value) {
    text.focus();
    text.select();
    // As if typed, so that the browser can undo it. Where it cannot, the change is told by hand.
    if (document.execCommand("insertText", false, value) && text.value === value) return;
    text.value = value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function choose(card) {
    const number = Number(card.dataset.number);
    const chosen = card.querySelector(".source").content.textContent;
    before = text.value;
    dialog.close();
    // Of nothing it cannot be told whether it was emptied or undone: then the number stays.
    if (before.trim()) begunOf.set(before, begunFrom());
    begunOf.set(chosen, number);
    begin(number);
    write(chosen);
    undo.hidden = !before.trim();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  text.addEventListener("input", () => {
    if (!begunOf.has(text.value)) return;
    begin(begunOf.get(text.value));
    if (text.value === before) undo.hidden = true;
  });
  document.getElementById("begun-undo").addEventListener("click", () => write(before));

  dialog.addEventListener("click", (event) => {
    const start = event.target.closest("[data-start]");
    if (start) choose(start.closest(".suggestion"));
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    more.click();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== given) return;
    coming.hidden = false;
    failed.hidden = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target !== given) return;
    const { xhr, successful, pathInfo } = event.detail;
    const answered = xhr.responseURL && new URL(xhr.responseURL).pathname === pathInfo.requestPath;
    coming.hidden = true;
    failed.hidden = answered && (successful || xhr.status === 422);
    if (openDialog() === dialog) (given.querySelector("[data-start]") ?? more).focus();
  });
}
