// The demonstration page: an editor whose text is counted, kept, and previewed by the server.
import { desk, isCommand } from "./desk.js";

const text = document.getElementById("text");
const count = document.getElementById("count");
const submit = document.getElementById("submit");

const { draft, restore } = desk({
  read: () => ({ text: text.value }),
  missing: () => (text.value.trim() ? "" : "Write an answer first."),
  onMissing: () => text.focus(),
  onEscape: () => text.blur(),
});

function show() {
  const words = text.value.match(/\S+/g)?.length ?? 0;
  count.textContent = `${words} ${words === 1 ? "word" : "words"}`;
  submit.setAttribute("aria-disabled", String(words === 0));
}

let previewable = false; // htmx listens from DOMContentLoaded on

function preview() {
  if (previewable) text.dispatchEvent(new Event("restored"));
}

if (text.value !== text.defaultValue) draft.changed(); // typed before this script was there
restore((kept) => {
  text.value = typeof kept.text === "string" ? kept.text : "";
  show();
  preview();
});
text.setSelectionRange(text.value.length, text.value.length);
text.addEventListener("input", () => {
  show();
  draft.changed();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "e" && isCommand(event)) {
    event.preventDefault();
    text.focus();
  }
});
show();
document.addEventListener("DOMContentLoaded", () => {
  previewable = true;
  if (text.value !== text.defaultValue) preview();
  document.getElementById("work").dataset.ready = "";
});
