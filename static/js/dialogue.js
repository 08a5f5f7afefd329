// The chat page. The server draws the conversation anew after each step; here are the keys, the
// choice between a card and its strength, the draft, and where the focus goes.
import { announce, desk, fail, isCommand, SIGNED_OUT, UNREACHED } from "./desk.js";
import { refusalIn } from "./refusal.js";

const form = document.getElementById("work");
const talk = () => document.getElementById("talk");
const text = () => document.getElementById("text");
const choices = () => [...talk().querySelectorAll("[name=answer]")];
const chosen = () => choices().find((each) => each.checked);
const place = () => Number(talk().dataset.place);

const { draft, restore, seconds, dismissed } = desk({
  read: () => ({ text: text()?.value ?? "", place: place() }),
  missing: () => (text()?.value.trim() ? "What you have written is not sent yet: send it, or delete it." : talk().dataset.unfinished),
  onMissing: () => text()?.focus(),
  onEscape: () => (document.activeElement === text() ? focusLog() : choose(null)),
});

/** Choose an answer, or none; a strength is asked for next. */
function choose(input) {
  for (const each of choices()) each.checked = each === input;
  input?.focus({ preventScroll: true });
  input?.closest(".card").scrollIntoView({ block: "nearest" });
  drawChoice();
}

function drawChoice() {
  const card = chosen()?.closest(".card");
  const strengths = talk().querySelector(".strengths");
  if (!strengths) return;
  const hint = card ? `How much better is ${card.dataset.letter}?` : "Which answer is better?";
  strengths.classList.toggle("armed", Boolean(card));
  if (talk().querySelector("#strength-hint").textContent !== hint) {
    talk().querySelector("#strength-hint").textContent = hint;
    if (card) announce(`Answer ${card.dataset.letter} chosen. ${hint} 1 negligibly, 4 significantly.`);
  }
  for (const button of strengths.querySelectorAll("button")) button.setAttribute("aria-disabled", String(!card));
}

function digit(number) {
  if (number === 0) choose(null);
  else if (chosen()) talk().querySelectorAll(".strengths button")[number - 1]?.click();
  else if (choices()[number - 1]) choose(choices()[number - 1]);
  else if (choices().length) announce(`There are ${choices().length} answers.`);
}

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
  } else if (event.key === "Enter" && event.target.name === "answer") {
    event.preventDefault(); // or the browser would press the first button: negligibly better
    if (chosen()) talk().querySelector(".strengths button").focus();
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
  const button = event.target.closest("#talk button, #undo");
  if (button) {
    const words = refused(button);
    if (words) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    fail(words);
    if (words && button.id === "send") text().focus();
    return;
  }
  const card = event.target.closest(".choice-card");
  if (card && !event.target.closest("a") && !String(getSelection())) choose(card.querySelector("input"));
}, { capture: true });

function refused(button) {
  if (button.name === "strength" && !chosen()) return "Choose an answer first.";
  if (button.id === "send" && !text().value.trim()) return "Write something first.";
  if (button.id === "undo" && !("undoable" in talk().dataset)) return "There is nothing to undo.";
  return "";
}

document.addEventListener("change", (event) => event.target.name === "answer" && drawChoice());
form.addEventListener("input", (event) => {
  if (event.target !== text()) return;
  draft.changed();
});

let spent = 0;
form.addEventListener("htmx:configRequest", (event) => {
  if (event.target === form) return;
  spent = seconds.take();
  event.detail.parameters.active_seconds = spent;
});
for (const type of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  form.addEventListener(type, (event) => {
    if (event.target === form) return;
    seconds.giveBack(spent);
    const xhr = event.detail.xhr;
    const words = refusalIn(xhr?.status, xhr?.responseText);
    if (words) dismissed(words);
    else fail(xhr?.status === 403 ? SIGNED_OUT : UNREACHED);
  });
}

const SAID = {
  user: "Your turn: write the user's next message.",
  assistant: "Now write the assistant's answer.",
  answers: "Answers are coming.",
  full: "That was the last turn. Finish, or undo.",
};

/** Put what belongs to the new stage in front: on the screen, under the keys, and in words. */
function drawStage() {
  const { unfinished } = talk().dataset;
  document.getElementById("submit").setAttribute("aria-disabled", String(unfinished !== ""));
  document.getElementById("undo").disabled = !("undoable" in talk().dataset);
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
  drawStage();
  focusStage();
  const { stage } = talk().dataset;
  const taken = event.detail.xhr.status === 200 && !("failed" in talk().dataset);
  if (taken) draft.settled();
  else draft.changed();
  if (stage === "choice") announce(`${choices().length} answers. Which is better? Press 1 to ${choices().length}.`);
  else if (taken) announce(SAID[stage] ?? "");
});

if (text() && text().value !== text().defaultValue) draft.changed(); // typed before this script was there
restore((kept) => {
  if (!text() || kept.place !== place() || typeof kept.text !== "string") return;
  text().value = kept.text;
  if (kept.text && document.getElementById("instead")) document.getElementById("instead").open = true;
});
drawStage();
focusStage();
document.addEventListener("DOMContentLoaded", () => (form.dataset.ready = ""));
