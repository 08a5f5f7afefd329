// The dialog that skips a task: what was said in it stays there, and in this browser, until the
// server has it.
import { gettext } from "./i18n.js";
import { drop, entries, put } from "./kept.js";
import { lock } from "./lock.js";
import { resend } from "./resend.js";
import { sending } from "./sending.js";

const NOTHING = ["", ""];
// As desk.js says of the work: where it is kept, and where only the page has it.
const WAITING = [
  gettext("No connection: keep this tab open, and the task is skipped by itself when it is back. Until then your words are kept in this browser, and you may still change them."),
  gettext("No connection: the task is skipped by itself when it is back. This browser cannot keep your words until then: do not close this page."),
];
const UNREACHED = [
  gettext("The task was not skipped: the server could not be reached or failed. Your words are kept; try again."),
  gettext("The task was not skipped: the server could not be reached or failed. This browser cannot keep your words: try again before you close this page."),
];
const CHANGED = gettext("Changed, so the task is not skipped by itself any more: skip it when you are done.");

/** `refusal(xhr)`: what the desk says where the server takes nothing, or nothing; `signedOut(event)`:
 * whether an answer says that the session has ended, and `SIGNED_OUT` what is said then; `onward()`:
 * the task is skipped. */
export function skip({ seconds, refusal, signedOut, SIGNED_OUT, onward }) {
  const dialog = document.getElementById("skip");
  if (!dialog) return { end() {} };
  const form = dialog.querySelector("form");
  const key = form.dataset.kept;
  const { reason, note } = form.elements;
  const again = resend({ again: () => form.requestSubmit() });
  const locked = lock({ parts: () => [form], told: dialog.querySelector(".sending"), words: gettext("Skipping…") });
  let held = true; // by this browser

  function tell([words, unkept]) {
    const error = document.getElementById("skip-error");
    error.textContent = held ? words : unkept;
    error.hidden = !words;
    if (words && !dialog.open) dialog.showModal();
  }

  function keep() {
    if (reason.value || note.value) held = put(key, { draft: { reason: reason.value, note: note.value } });
    else drop(key);
  }

  function end() {
    drop(key);
  }

  const [before] = entries(key);
  if (before) [reason.value, note.value] = [before.draft.reason, before.draft.note];

  form.addEventListener("input", () => {
    keep();
    tell(again.cancel() ? [CHANGED, CHANGED] : NOTHING);
  });
  dialog.addEventListener("cancel", (event) => locked.held() && event.preventDefault());
  dialog.addEventListener("close", () => {
    if (again.cancel()) tell(NOTHING);
  });
  form.addEventListener("htmx:beforeSwap", (event) => {
    if (!signedOut(event)) return;
    event.detail.shouldSwap = false;
    event.stopPropagation(); // or the desk said so behind the dialog
    tell(SIGNED_OUT);
  });
  sending(form, {
    seconds,
    locked,
    onward: () => {
      end();
      onward();
    },
    unreached: () => {
      tell(WAITING);
      again.later();
    },
    refused: (xhr) => tell(refusal(xhr) ?? UNREACHED),
  });

  return { end };
}
