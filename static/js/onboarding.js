// A part of a step: what is chosen and typed is kept as on the desk, until it is handed in.
import { autosave } from "./autosave.js";
import { gettext } from "./i18n.js";

const form = document.getElementById("part");
const saved = document.getElementById("saved");
const fields = [...form.querySelectorAll("textarea, input:not([type=hidden])")];
const NONE = { take: () => 0, giveBack() {} }; // no time is counted here
const WORDS = {
  waiting: gettext("Not saved yet"),
  saving: gettext("Saving…"),
  saved: gettext("Draft saved"),
  "signed-out": gettext("You are signed out. Sign in in another tab: your work is kept in this browser"),
};
const UNSAVED = gettext("The server did not take the draft: your work is kept in this browser");

const holds = (field) => field.tagName === "TEXTAREA" || field.checked;

function read() {
  const values = {};
  for (const field of fields.filter(holds)) (values[field.name] ??= []).push(field.value);
  return values;
}

function write(values) {
  for (const field of fields) {
    const said = values[field.name] ?? [];
    if (field.tagName === "TEXTAREA") field.value = said[0] ?? "";
    else field.checked = said.includes(field.value);
  }
}

const draft = autosave({
  url: form.dataset.draft,
  prefix: form.dataset.kept,
  base: 0,
  read,
  seconds: NONE,
  show: (state) => (saved.textContent = WORDS[state] ?? UNSAVED),
  dismissed: (words) => (saved.textContent = words),
});
draft.restore(write);
form.addEventListener("input", draft.changed);
form.dataset.ready = "";
