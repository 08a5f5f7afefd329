// The chat page. The server draws the conversation anew after each step; here are the keys, the
// choice between a card and its strength, the draft, and where the focus goes.
import { announce, desk, fail, isCommand, NOT_YOURS, SIGNED_OUT } from "./desk.js";
import { gettext, interpolate } from "./i18n.js";
import { refusalIn } from "./refusal.js";
import { resend } from "./resend.js";

const form = document.getElementById("work");
const talk = () => document.getElementById("talk");
const text = () => document.getElementById("text");
const choices = () => [...talk().querySelectorAll("[name=answer]")];
const chosen = () => choices().find((each) => each.checked);
const severities = () => [...talk().querySelectorAll("[name=severity]")];
const ungraded = () => severities().length > 0 && !severities().some((each) => each.checked);
const place = () => Number(talk().dataset.place);
const step = () => Number(talk().querySelector("[name=step]").value);
const letter = () => chosen()?.closest(".card").dataset.letter;
const words = () => WORDS[talk().dataset.aim];
let judged; // the answer of which a severity was said
let sending = false;

const WORDS = {
  best: {
    which: gettext("Which answer is better?"),
    much: (letter) => interpolate(gettext("How much better is %(letter)s?"), { letter }),
    chosen: (letter) => interpolate(gettext("Answer %(letter)s chosen. How much better is %(letter)s? 1 negligibly, 4 significantly."), { letter }),
    shown: (count) => interpolate(gettext("%(count)s answers. Which is better? Press 1 to %(count)s."), { count }),
  },
  worst: {
    which: gettext("Which answer is worse?"),
    much: (letter) => interpolate(gettext("How much worse is %(letter)s?"), { letter }),
    chosen: (letter) => interpolate(gettext("Answer %(letter)s chosen. How much worse is %(letter)s? 1 negligibly, 4 significantly."), { letter }),
    shown: (count) => interpolate(gettext("%(count)s answers. Which is worse? Press 1 to %(count)s."), { count }),
  },
};

const { draft, restore, seconds, dismissed, kept } = desk({
  read: () => ({ text: text()?.value ?? talk().dataset.typed ?? "", place: place(), later: JSON.parse(talk().dataset.later ?? "{}"), pick: pick() }),
  missing,
  blank: (kept) => !kept.text.trim(),
  onMissing: () => text()?.focus(),
  onEscape: () => (document.activeElement === text() ? focusLog() : choose(null)),
  ending: () => !talk().dataset.unfinished, // a talk is long, and a task that is leased waits for nobody else
});

const WAITING = gettext("No connection: keep this tab open, and this is sent by itself when it is back. Until then you may still change it.");
const CHANGED = gettext("Changed, so it is not sent by itself any more: send it when you are done.");
const FAILED = gettext("This was not sent: the server failed. Try again.");

// A press that did not arrive is made again: the server knows by the step what it has had before.
let unsent = null;
const again = resend({ again: () => unsent.click() });

function change() {
  if (again.cancel()) fail(CHANGED);
  draft.changed();
}

function missing() {
  if (sending) return gettext("Wait until this is sent.");
  return text()?.value.trim() ? gettext("What you have written is not sent yet: send it, or delete it.") : talk().dataset.unfinished;
}

/** The answer chosen and its severity, for the draft: of these answers only, which the step tells. */
function pick() {
  const answer = choices().indexOf(chosen());
  const severity = severities().findIndex((each) => each.checked);
  return answer < 0 ? null : { step: step(), aim: talk().dataset.aim, answer, severity: severity < 0 ? null : severity };
}

function restorePick(pick) {
  if (pick?.step !== step() || pick.aim !== talk().dataset.aim) return;
  for (const [index, each] of choices().entries()) each.checked = index === pick.answer;
  for (const [index, each] of severities().entries()) each.checked = index === pick.severity;
  judged = letter();
  drawChoice();
}

/** Choose an answer, or none; a strength is asked for next. */
function choose(input) {
  if (sending) return;
  const another = (input ?? undefined) !== chosen();
  for (const each of choices()) each.checked = each === input;
  input?.focus({ preventScroll: true });
  input?.closest(".card").scrollIntoView({ block: "nearest" });
  drawChoice();
  if (another) change();
}

function drawChoice() {
  const strengths = document.getElementById("strengths");
  if (!strengths) return;
  const shown = letter();
  if (judged !== shown) for (const each of severities()) each.checked = false; // said of another one
  judged = shown;
  const grading = Boolean(shown) && ungraded();
  const weighing = Boolean(shown) && !ungraded();
  talk().querySelector(".severities")?.classList.toggle("armed", grading);
  strengths.classList.toggle("armed", weighing);
  document.getElementById("strength-hint").textContent = shown ? words().much(shown) : words().which;
  if (grading) announce(interpolate(gettext("Answer %(letter)s chosen. How severely does it break the rules? 0 not at all, 4 extremely."), { letter: shown }));
  if (weighing) announce(words().chosen(shown));
  for (const each of severities()) each.disabled = !shown;
  for (const button of strengths.querySelectorAll("button")) button.setAttribute("aria-disabled", String(!weighing));
}

function grade(number) {
  const input = severities()[number];
  if (sending) return;
  if (!input) return announce(gettext("The severity lies between 0 and 4."));
  input.checked = true;
  drawChoice();
  change();
}

function digit(number) {
  if (chosen() && ungraded()) grade(number);
  else if (number === 0) choose(null);
  else if (chosen()) strengthsAt(number - 1)?.click();
  else if (choices()[number - 1]) choose(choices()[number - 1]);
  else if (choices().length) announce(interpolate(gettext("There are %(count)s answers."), { count: choices().length }));
}

const strengthsAt = (index) => document.querySelectorAll("#strengths button")[index];

function openInstead() {
  const instead = document.getElementById("instead");
  if (instead) instead.open = true;
  text()?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === text()) {
    event.preventDefault();
    event.stopImmediatePropagation(); // before the desk takes it for the end
    document.getElementById("send").click();
  } else if (event.key === "Enter" && ["answer", "severity"].includes(event.target.name)) {
    event.preventDefault(); // or the browser would press the first button: negligibly better
    if (chosen()) (ungraded() ? severities()[0] : strengthsAt(0)).focus();
  }
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || event.shiftKey) return;
  const number = event.code.match(/^(?:Digit|Numpad)([0-9])$/)?.[1];
  if (number !== undefined && choices().length) digit(Number(number));
  else if (event.key === "n" || event.key === "e") openInstead();
  else return;
  event.preventDefault();
});

// Nothing is sent for the server to refuse: what is missing is said here, beside what was done.
document.addEventListener("click", (event) => {
  if (sending && event.target.closest("#talk, #undo") && !event.target.closest("a, summary")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const button = event.target.closest("#talk button, #undo");
  if (button) {
    const refusal = refused(button);
    if (refusal) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    fail(refusal);
    if (refusal && button.id === "send") text().focus();
    return;
  }
  const card = event.target.closest(".choice-card");
  if (card && !event.target.closest("a, summary") && !String(getSelection())) choose(card.querySelector("input"));
}, { capture: true });

function refused(button) {
  if (button.name === "strength" && !chosen()) return gettext("Choose an answer first.");
  if (button.name === "strength" && ungraded()) return gettext("Say first how severely it breaks the rules, 0 to 4.");
  if (button.id === "send" && !text().value.trim()) return gettext("Write something first.");
  if (button.id === "undo" && !("undoable" in talk().dataset)) return gettext("There is nothing to undo.");
  return "";
}

document.addEventListener("change", (event) => {
  if (!["answer", "severity"].includes(event.target.name)) return;
  drawChoice();
  change();
});
form.addEventListener("input", (event) => {
  if (event.target === text()) change();
});

let spent = 0;
let passedOver = null; // what was written instead, where an answer is picked all the same
form.addEventListener("htmx:configRequest", (event) => {
  if (event.target === form) return;
  if (event.target !== unsent) again.cancel();
  spent = seconds.take();
  event.detail.parameters.active_seconds = spent;
  passedOver = event.target.name === "strength" && text()?.value.trim() ? { text: text().value, place: place() } : null;
});
// Until the answer has come the text and the choice stay as they were sent: it draws both anew.
form.addEventListener("htmx:beforeSend", (event) => {
  if (event.target === form || !text()) return;
  lock(true);
  announce(document.getElementById("step-sending").textContent);
});
form.addEventListener("htmx:afterRequest", (event) => event.target === form || lock(false));

function lock(locked) {
  sending = locked;
  talk().setAttribute("aria-busy", String(locked));
  if (text()) text().readOnly = locked;
}

for (const type of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  form.addEventListener(type, (event) => {
    if (event.target === form) return;
    seconds.giveBack(spent);
    if (type === "htmx:sendError") {
      unsent = event.target;
      fail(WAITING);
      return again.later();
    }
    const xhr = event.detail.xhr;
    const refusal = refusalIn(xhr?.status, xhr?.responseText);
    event.target.classList.remove("plain"); // what was pressed by itself is to be pressed now
    if (refusal) dismissed(refusal);
    else fail({ 403: kept(SIGNED_OUT), 404: kept(NOT_YOURS) }[xhr?.status] ?? FAILED);
  });
}

const SAID = {
  user: gettext("Your turn: write the user's next message."),
  assistant: gettext("Now write the assistant's answer."),
  answers: gettext("Answers are coming."),
  full: gettext("That was the last turn. Finish, or undo."),
};

/** Put what belongs to the new stage in front: on the screen, under the keys, and in words. */
function drawStage() {
  const { unfinished } = talk().dataset;
  document.getElementById("submit").setAttribute("aria-disabled", String(unfinished !== ""));
  document.getElementById("undo").disabled = !("undoable" in talk().dataset);
  judged = letter();
  drawChoice();
  const log = document.getElementById("talk-log");
  log.scrollTop = log.scrollHeight;
  // The answers are read from their top, below the message that they answer.
  if (choices().length) [...log.querySelectorAll(".turn")].at(-1)?.scrollIntoView({ block: "start" });
}

function focusStage() {
  const { stage } = talk().dataset;
  const field = text();
  if (stage === "full") document.getElementById("submit").focus();
  else if (field && field.checkVisibility()) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } else focusLog();
}

/** Away from what takes text, to where keys are commands; nothing there wants a frame. */
function focusLog() {
  const log = document.getElementById("talk-log");
  log.classList.add("led");
  log.addEventListener("blur", () => log.classList.remove("led"), { once: true });
  log.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "talk") return;
  again.cancel();
  drawStage();
  focusStage();
  const { stage } = talk().dataset;
  const taken = event.detail.xhr.status === 200 && !("failed" in talk().dataset);
  if (taken) draft.settled();
  else draft.changed();
  if (taken && passedOver && place() > passedOver.place) setAside(passedOver, gettext("What you had written instead is kept in this browser."));
  passedOver = null;
  if (stage === "choice") announce(words().shown(choices().length));
  else if (taken) announce([SAID[stage], document.getElementById("later")?.textContent].filter(Boolean).join(" "));
});

if (text() && text().value !== text().defaultValue) draft.changed(); // typed before this script was there
const setAside = restore((kept, { asked = false } = {}) => {
  restorePick(kept.pick);
  if (typeof kept.text !== "string" || (!asked && kept.place !== place())) return true;
  if (!text()) {
    fail(gettext("There is nothing to write now: undo the last step, then show the kept draft."));
    return false;
  }
  text().value = kept.text;
  if (kept.text && document.getElementById("instead")) document.getElementById("instead").open = true;
  if (asked) text().focus();
  return true;
});
drawStage();
focusStage();
document.addEventListener("DOMContentLoaded", () => (form.dataset.ready = ""));
