// The page on which a labeler writes prompts: the desk's draft, time and keys, without a task.
import { desk, isCommand } from "./desk.js";
import { gettext, interpolate, ngettext } from "./i18n.js";
import { pairs } from "./pairs.js";

const form = document.getElementById("work");
const text = document.getElementById("text"); // the prompt, or a few-shot group's instruction
const count = document.getElementById("count");
const submit = document.getElementById("submit");
const preview = document.getElementById("preview");
const { use_case: useCase, with_answer: withAnswer, answer, story, harm } = form.elements;
const boxes = [...form.querySelectorAll("[name=sensitive]")];
const list = pairs(document.getElementById("pairs"), changed);

const { draft, restore } = desk({ read, missing, onMissing, onEscape: () => document.activeElement.blur() });

function read() {
  const own = list ? { instruction: text.value, pairs: list.read() } : { text: text.value, with_answer: withAnswer.checked, answer: answer.value };
  return { use_case: useCase.value, ...own, ...(story ? { story: story.value } : {}), ...(harm ? { harm: harm.value } : {}), ...(boxes.length ? { sensitive: boxes.filter((box) => box.checked).map((box) => box.value) } : {}) };
}

/** What is still to be done, in words, and where. */
function gap() {
  if (!text.value.trim()) return [list ? gettext("Write the instruction first.") : gettext("Write a prompt first."), text];
  if (list?.gap()) return list.gap();
  if (withAnswer?.checked && !answer.value.trim()) return [gettext("Write the answer, or say that you write none."), answer];
  if (harm && !harm.value) return [gettext("Say what harm this aims at."), harm];
  if (!useCase.value) return [gettext("Choose a use case."), useCase];
  return null;
}

function missing() {
  return gap()?.[0] ?? "";
}

function onMissing() {
  gap()?.[1].focus();
}

function show() {
  const words = text.value.match(/\S+/g)?.length ?? 0;
  count.textContent = interpolate(ngettext("%(count)s word", "%(count)s words", words), { count: words });
  submit.setAttribute("aria-disabled", String(gap() !== null));
}

function changed() {
  show();
  draft.changed();
  preview.dispatchEvent(new Event("restored"));
}

if ([...form.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue)) changed(); // before this script
restore((kept) => {
  const own = (name) => (typeof kept[name] === "string" ? kept[name] : "");
  useCase.value = own("use_case");
  text.value = own(list ? "instruction" : "text");
  if (harm) harm.value = own("harm");
  for (const box of boxes) box.checked = Array.isArray(kept.sensitive) && kept.sensitive.includes(box.value);
  list?.write(Array.isArray(kept.pairs) ? kept.pairs : []);
  if (answer) [answer.value, withAnswer.checked] = [own("answer"), kept.with_answer === true];
  const chosen = new URLSearchParams(location.search).has("story"); // another one than the draft's
  if (story && own("story") && !chosen) document.getElementById("story-text").textContent = story.value = own("story");
  show();
  preview.dispatchEvent(new Event("restored"));
});

form.addEventListener("input", () => {
  show();
  draft.changed();
});
withAnswer?.addEventListener("change", () => withAnswer.checked && answer.focus());
document.addEventListener("keydown", (event) => {
  const target = { e: text, u: useCase, h: harm }[event.key];
  if (!target || !isCommand(event)) return;
  event.preventDefault();
  target.focus();
});
show();
// htmx listens from DOMContentLoaded on.
document.addEventListener("DOMContentLoaded", () => (form.dataset.ready = ""));
