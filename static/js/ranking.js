// The ranking page: keys, buttons and drags become steps of the state; the page is drawn from it.
import * as annotations from "./annotations.js";
import { comparison } from "./compare.js";
import { announce, desk, fail, isCommand } from "./desk.js";
import { draggable } from "./drag.js";
import { picker } from "./picker.js";
import { cards, draw, fitting, flagLabel, fold, inWords, k, letter, rankText, read, rules, toggleFold, unmet } from "./ranking_page.js";
import { applies, cleared, contest, fit, gradable, missing, settle } from "./ranking_rules.js";
import * as ranking from "./ranking_state.js";
import { digitOf, placeOf } from "./signs.js";

const form = document.getElementById("work");
const note = document.getElementById("note");
const flags = [...document.querySelectorAll("[data-flag]")];
let history = ranking.history(fit(read(form), rules));
let focused = ranking.listed(history.now)[0];
let armed = null; // "score", "severity", "flag", "annotation" or "strength": what the next key is for

const { draft, restore } = desk({
  read: () => ({ ...history.now, note: note.value }),
  missing: () => unmet(missing(history.now, rules)).told,
  onMissing: () => goTo(missing(history.now, rules)),
  onEscape: () => {
    arm(null);
    compared.letGo();
    if (document.activeElement === note) focusCard(focused); // where digits rank again
  },
});

const fingers = picker(k, (slot) => send(focused, slot));
const compared = comparison({
  k,
  rank: (index, slot, alone) => {
    apply((alone ? ranking.insert : ranking.place)(history.now, index, slot));
    tell(index);
  },
  said: (index) => ({ letter: letter(index), slot: history.now.slots[index], words: inWords(history.now, index).join(" · ") }),
  travel: (back) => become(back ? ranking.undo(history) : ranking.redo(history)),
});

function redraw() {
  draw(form, history, focused, armed);
  fingers.show(letter(focused), history.now.slots[focused]);
  if (!cards[focused].contains(fingers.row)) cards[focused].append(fingers.row);
  compared.refresh();
}

function become(next) {
  if (next === history) return;
  history = next;
  redraw();
  fail("");
  tellCleared([]);
  draft.changed();
}

const apply = (state) => become(ranking.step(history, settle(history.now, state, rules)));

/** Say which flags went because they no longer apply. */
function tellCleared(gone) {
  const told = gone.map(([key, answers]) => `${flagLabel(key)} (${answers.map(letter).join(", ")})`);
  const line = document.getElementById("cleared");
  line.hidden = told.length === 0;
  line.textContent = told.length ? `No longer asked, so cleared: ${told.join("; ")}. Undo brings it back.` : "";
}

/** Go to the first thing that is still to be done. */
function goTo({ what, answers }) {
  focusCard(answers[0]);
  if (what !== "rank") arm(what);
}

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

function annotate(key) {
  const before = history.now;
  apply(ranking.annotate(before, key));
  tellCleared(cleared(before, history.now));
  const holds = history.now.annotations.includes(key);
  const asked = Object.keys(rules.only).filter((flag) => applies(rules, flag, history.now.annotations) && !applies(rules, flag, before.annotations));
  const told = asked.length ? ` Now asked: ${asked.map(flagLabel).join(", ")}.` : "";
  announce(`${annotations.label(key)}: ${holds ? "yes" : "no"}.${told}`);
}

function weigh(value) {
  if (!contest(history.now) || rules.strength === "off") return;
  apply(ranking.weigh(history.now, value));
  announce(history.now.strength === null ? "Strength cleared." : `${document.querySelector("[data-strength][aria-pressed=true]").dataset.label}.`);
}

function toggleFlag(key) {
  if (!applies(rules, key, history.now.annotations)) return;
  apply(ranking.flag(history.now, focused, key));
  const set = history.now.flags[focused].includes(key);
  announce(`Answer ${letter(focused)}: ${flagLabel(key)} ${set ? "set" : "cleared"}.`);
}

function score(value) {
  apply(ranking.score(history.now, focused, value));
  const given = history.now.likert[focused];
  announce(`Answer ${letter(focused)}: ${given ? `${given} of 7` : "no score"}.`);
}

function grade(value) {
  if (!gradable(history.now, rules).includes(focused)) return;
  apply(ranking.grade(history.now, focused, value));
  const given = history.now.severity[focused];
  announce(`Answer ${letter(focused)}: ${given === null ? "no severity" : `severity ${given}`}.`);
}

function armSeverity() {
  if (rules.severity === "never") return;
  if (gradable(history.now, rules).includes(focused)) arm("severity");
  else announce(ranking.left(history.now) ? "Rank all answers first." : "Only the worst answer is given a severity.");
}

function toggleNone() {
  apply(ranking.toggleNone(history.now));
  announce(history.now.none ? "None is acceptable." : "Ranks count again.");
}

function tell(index) {
  const slot = history.now.slots[index];
  const remain = ranking.inSlot(history.now, 0).length;
  announce(`Answer ${letter(index)}: ${slot ? rankText(history.now, slot) : "not ranked"}. ${remain} left.`);
}

function walk(step) {
  const order = ranking.listed(history.now);
  const index = order[order.indexOf(focused) + step];
  if (index !== undefined) focusCard(index);
}

/** Undo or redo, and go to the answer that this changed. */
function travel(next) {
  const said = (state, i) => JSON.stringify([state.slots[i], state.likert[i], state.flags[i], state.severity[i]]);
  const changed = cards.findIndex((_, i) => said(history.now, i) !== said(next.now, i));
  become(next);
  focusCard(changed < 0 ? focused : changed);
  announce(`Answer ${letter(focused)}: ${inWords(history.now, focused).join(", ")}. ${ranking.inSlot(history.now, 0).length} left.`);
}

/** What an armed key press does; false where it is none of its keys. */
const ARMED = {
  score: ({ digit }) => digit <= 7 && (score(digit || null), true),
  severity: ({ digit }) => digit <= 4 && (grade(digit), true),
  strength: ({ digit }) => digit <= 4 && (weigh(digit ? digit - 1 : null), true),
  flag: ({ place }) => place in flags && (flags[place].click(), true),
  annotation: ({ place }) => place in annotations.boxes && (annotations.boxes[place].click(), true),
};

function digit(value, shift) {
  if (value > k) announce(`There are ${k} ranks.`);
  else send(focused, value, shift && value ? ranking.insert : ranking.place);
}

const COMMANDS = {
  j: () => walk(1),
  ArrowDown: () => walk(1),
  k: () => walk(-1),
  ArrowUp: () => walk(-1),
  u: () => travel(ranking.undo(history)),
  r: () => travel(ranking.redo(history)),
  l: () => document.querySelector("[data-score]") && arm("score"),
  v: armSeverity,
  f: () => flags.length && arm("flag"),
  a: () => annotations.boxes.length && arm("annotation"),
  g: () => rules.strength !== "off" && (contest(history.now) ? arm("strength") : announce("Nothing to weigh yet: rank all, with one best.")),
  o: () => toggleFold(focused),
  c: () => compared.choose(cards[focused]),
  n: toggleNone,
};
const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "AltGraph"];
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
  if (!isCommand(event) || MODIFIERS.includes(event.key)) return;
  const number = digitOf(event);
  const pressed = { digit: number, place: placeOf(event) };
  const answered = armed !== null && (ARMED[armed](pressed) || number !== undefined);
  if (armed !== null) arm(null);
  const command = event.shiftKey ? SHIFTED[event.key] : COMMANDS[event.key];
  if (!answered && number === undefined && !command) return;
  event.preventDefault();
  if (answered) return;
  if (number === undefined) command();
  else digit(number, event.shiftKey);
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
  else if (hit(".compare")) compared.choose(hit(".card"));
  else if (hit(".letters .letter")) focusCard(Number(hit(".letter").dataset.index));
  else if (hit(".ladder-rank")) send(focused, Number(hit(".ladder-rank").dataset.slot));
  else if (hit("[data-score]")) score(Number(hit("[data-score]").dataset.score));
  else if (hit("button[data-severity]")) grade(Number(hit("[data-severity]").dataset.severity));
  else if (hit("button[data-strength]")) weigh(Number(hit("[data-strength]").dataset.strength));
  else if (hit("#undo")) travel(ranking.undo(history));
  else if (hit("#redo")) travel(ranking.redo(history));
  else if (hit("#none-button")) toggleNone();
});

for (const box of flags) box.addEventListener("change", () => toggleFlag(box.dataset.flag));
for (const box of annotations.boxes) box.addEventListener("change", () => annotate(box.value));
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
  note.value = kept.note ?? "";
  history = ranking.history(fit(fitting(kept), rules));
  focused = ranking.listed(history.now)[0];
  redraw();
});
redraw();
cards.forEach((_, index) => fold(index));
window.addEventListener("resize", () => cards.forEach((_, index) => fold(index)));
focusCard(focused);
form.dataset.ready = "";
