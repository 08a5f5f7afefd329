// The ranking page: keys, buttons and drags become steps of the state; the page is drawn from it.
import { compare } from "./compare.js";
import { announce, desk, fail, isCommand } from "./desk.js";
import { draggable } from "./drag.js";
import { cards, draw, fitting, fold, k, letter, read, toggleFold } from "./ranking_page.js";
import * as ranking from "./ranking_state.js";

const form = document.getElementById("work");
const note = document.getElementById("note");
let history = ranking.history(read(form));
let focused = ranking.listed(history.now)[0];
let armed = null; // "score" or "flag": what the next digit is for

const { draft, restore } = desk({
  read: () => ({ ...history.now, note: note.value }),
  missing: () => (ranking.left(history.now) ? `${ranking.left(history.now)} left to rank, or say that none is acceptable.` : ""),
  onMissing: () => focusCard(ranking.inSlot(history.now, 0)[0]),
  onEscape: () => {
    arm(null);
    if (document.activeElement === note) focusCard(focused); // where digits rank again
  },
});

const redraw = () => draw(form, history, focused, armed);

function become(next) {
  if (next === history) return;
  history = next;
  redraw();
  fail("");
  draft.changed();
}

const apply = (state) => become(ranking.step(history, state));

function focusCard(index) {
  focused = index;
  redraw();
  cards[index].focus({ preventScroll: true });
  cards[index].scrollIntoView({ block: "nearest" });
}

function arm(what) {
  armed = what;
  redraw();
}

/** Place the focused answer; out of the pool, go on to the next one there. */
function send(index, slot, how = ranking.place) {
  const leftPool = history.now.slots[index] === 0 && slot !== 0;
  apply(how(history.now, index, slot));
  const unranked = ranking.inSlot(history.now, 0);
  const next = unranked.find((each) => each > index) ?? unranked[0];
  focusCard(leftPool && next !== undefined ? next : index);
  tell(index);
}

function tell(index) {
  const slot = history.now.slots[index];
  const remain = ranking.inSlot(history.now, 0).length;
  announce(`Answer ${letter(index)}: ${slot ? `rank ${slot}` : "not ranked"}. ${remain} left.`);
}

function walk(step) {
  const order = ranking.listed(history.now);
  const index = order[order.indexOf(focused) + step];
  if (index !== undefined) focusCard(index);
}

/** Undo or redo, and go to the answer that this changed. */
function travel(next) {
  const said = (state, i) => JSON.stringify([state.slots[i], state.likert[i], state.flags[i]]);
  const changed = cards.findIndex((_, i) => said(history.now, i) !== said(next.now, i));
  become(next);
  focusCard(changed < 0 ? focused : changed);
  announce(`${ranking.inSlot(history.now, 0).length} left to rank.`);
}

function digit(value, shift) {
  if (armed === "score") {
    if (value <= 7) apply(ranking.score(history.now, focused, value || history.now.likert[focused]));
  } else if (armed === "flag") {
    document.querySelectorAll("[data-flag]")[value - 1]?.click();
  } else if (value > k) {
    announce(`There are ${k} ranks.`);
  } else {
    send(focused, value, shift && value ? ranking.insert : ranking.place);
  }
  arm(null);
}

const COMMANDS = {
  j: () => walk(1),
  ArrowDown: () => walk(1),
  k: () => walk(-1),
  ArrowUp: () => walk(-1),
  u: () => travel(ranking.undo(history)),
  r: () => travel(ranking.redo(history)),
  l: () => document.querySelector("[data-score]") && arm("score"),
  f: () => document.querySelector("[data-flag]") && arm("flag"),
  o: () => toggleFold(focused),
  c: () => compare(cards[focused]),
  n: () => apply(ranking.toggleNone(history.now)),
};
const SHIFTED = {
  ArrowDown: () => nudge(1),
  ArrowUp: () => nudge(-1),
};

function nudge(by) {
  apply(ranking.nudge(history.now, focused, by));
  focusCard(focused);
  tell(focused);
}

document.addEventListener("keydown", (event) => {
  const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (undoing && !event.target.closest("textarea, dialog")) {
    event.preventDefault();
    travel(event.shiftKey ? ranking.redo(history) : ranking.undo(history));
  }
  if (!isCommand(event)) return;
  // The key's place, not its letter: on some keyboards the digits are the shifted ones.
  const number = event.code.match(/^(?:Digit|Numpad)([0-9])$/)?.[1];
  const command = event.shiftKey ? SHIFTED[event.key] : COMMANDS[event.key];
  if (number === undefined && !command) return;
  event.preventDefault();
  if (number === undefined) command();
  else digit(Number(number), event.shiftKey);
});

document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (!card || Number(card.dataset.index) === focused) return;
  focused = Number(card.dataset.index);
  redraw();
});

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit(".more")) toggleFold(Number(hit(".card").dataset.index));
  else if (hit(".compare")) compare(hit(".card"));
  else if (hit(".letters .letter")) focusCard(Number(hit(".letter").dataset.index));
  else if (hit(".ladder-rank")) send(focused, Number(hit(".ladder-rank").dataset.slot));
  else if (hit("[data-score]")) apply(ranking.score(history.now, focused, Number(hit("[data-score]").dataset.score)));
  else if (hit("#undo")) travel(ranking.undo(history));
  else if (hit("#redo")) travel(ranking.redo(history));
  else if (hit("#none-button")) apply(ranking.toggleNone(history.now));
});

for (const box of document.querySelectorAll("[data-flag]")) {
  box.addEventListener("change", () => apply(ranking.flag(history.now, focused, box.dataset.flag)));
}
note.addEventListener("input", draft.changed);

function drop(index, slot) {
  apply(ranking.place(history.now, index, slot));
  focusCard(index);
  tell(index);
}

draggable(document.querySelectorAll(".cards"), { draggable: ".card", handle: ".card-top" }, drop);
draggable(document.querySelectorAll(".letters"), { draggable: ".letter" }, drop);

restore((kept) => {
  if (!Array.isArray(kept.slots) || kept.slots.length !== k) return;
  const { slots, none } = kept;
  const { likert, flags } = fitting(kept);
  note.value = kept.note ?? "";
  history = ranking.history({ slots, likert, flags, none });
  focused = ranking.listed(history.now)[0];
  redraw();
});
redraw();
cards.forEach((_, index) => fold(index));
window.addEventListener("resize", () => cards.forEach((_, index) => fold(index)));
focusCard(focused);
form.dataset.ready = "";
