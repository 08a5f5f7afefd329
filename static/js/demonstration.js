// The demonstration page: an editor whose text is counted, kept, and previewed by the server.
import * as annotations from "./annotations.js";
import { desk, isCommand } from "./desk.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { placeOf } from "./signs.js";
import { begin, begunFrom, suggestions } from "./suggestions.js";

const text = document.getElementById("text");
const count = document.getElementById("count");
const submit = document.getElementById("submit");

let armed = false; // whether the next key names an annotation

const { draft, restore } = desk({
  read: () => ({ text: text.value, annotations: annotations.chosen(), suggestion: begunFrom() }),
  missing: () => (text.value.trim() ? "" : gettext("Write an answer first.")),
  onMissing: () => text.focus(),
  onEscape: () => {
    arm(false);
    text.blur();
  },
});

function show() {
  const words = text.value.match(/\S+/g)?.length ?? 0;
  count.textContent = interpolate(ngettext("%(count)s word", "%(count)s words", words), { count: words });
  submit.setAttribute("aria-disabled", String(words === 0));
}

function arm(on) {
  armed = on;
  annotations.armed(on);
}

let previewable = false; // htmx listens from DOMContentLoaded on

function preview() {
  if (previewable) text.dispatchEvent(new Event("restored"));
}

if (text.value !== text.defaultValue) draft.changed(); // typed before this script was there
restore((kept) => {
  text.value = typeof kept.text === "string" ? kept.text : "";
  annotations.choose(annotations.known(kept.annotations));
  begin(kept.suggestion);
  show();
  preview();
});
text.setSelectionRange(text.value.length, text.value.length);
suggestions(text); // before the draft is kept: it says what the text began from
text.addEventListener("input", () => {
  show();
  draft.changed();
});
for (const box of annotations.boxes) box.addEventListener("change", draft.changed);
document.addEventListener("keydown", (event) => {
  if (!isCommand(event)) return;
  if (armed) {
    const box = annotations.boxes[placeOf(event)];
    if (box) event.preventDefault();
    box?.click();
    arm(false);
    if (box) return;
  }
  if (event.key === "e") {
    event.preventDefault();
    text.focus();
  } else if (event.key === "a") arm(annotations.boxes.length > 0);
});
show();
document.addEventListener("DOMContentLoaded", () => {
  previewable = true;
  if (text.value !== text.defaultValue) preview();
  document.getElementById("work").dataset.ready = "";
});
