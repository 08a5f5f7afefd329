// The ranking page: keys, buttons and drags become steps of the state; the page is drawn from it.
import * as annotations from "./annotations.js";
import { comparison } from "./compare.js";
import { announce, desk, fail, isCommand } from "./desk.js";
import { draggable } from "./drag.js";
import { fold, toggleFold } from "./fold.js";
import { gettext, interpolate } from "./i18n.js";
import { picker } from "./picker.js";
import { cards, coarse, draw, fitting, flagLabel, inWords, k, letter, phone, rankText, read, rules, seat, unmet } from "./ranking_page.js";
import { applies, cleared, contest, fit, gradable, missing, settle } from "./ranking_rules.js";
import * as ranking from "./ranking_state.js";
import { digitOf, placeOf } from "./signs.js";
import { undoKept } from "./undo_kept.js";

const form = document.getElementById("work");
const note = document.getElementById("note");
const flags = [...document.querySelectorAll("[data-flag]")];
const shown = read(form);
const undoable = undoKept(`${form.dataset.kept}undo`, form.elements.rubric_version.value);
let history = ranking.history(fit(shown, rules));
let focused = ranking.listed(history.now)[0];
let armed = null; // "score", "severity", "flag", "annotation" or "strength": what the next key is for; "nothing"
let refused = ""; // why it is for nothing

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

const { end } = draft;
draft.end = () => {
  end();
  undoable.drop();
};
document.querySelector("#skip form")?.addEventListener("submit", undoable.drop);

const fingers = picker(k, (how, value) => send(focused, how, value));
const compared = comparison({
  k,
  rank: (index, how, value) => {
    apply(how(history.now, index, value));
    tell(index);
  },
  said: (index) => ({ letter: letter(index), slot: history.now.slots[index], words: inWords(history.now, index).join(" · ") }),
  travel: (back) => become(back ? ranking.undo(history) : ranking.redo(history)),
});

function show() {
  draw(form, history, focused, armed, refused);
  fingers.show(letter(focused), history.now.slots[focused]);
  compared.refresh();
}

function redraw() {
  show();
  seat(focused, fingers.row);
}

let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true), { capture: true });
for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => (pressing = false), { capture: true });

/** When the press under way has met what it aimed at: nothing moves away from under it. */
function afterPress(act) {
  if (pressing) document.addEventListener("pointerup", () => setTimeout(act), { once: true, capture: true });
  else setTimeout(act);
}

function become(next) {
  if (next === history) return;
  history = next;
  redraw();
  fail("");
  tellCleared([]);
  undoable.keep(history);
  draft.changed();
}

const apply = (state) => become(ranking.step(history, settle(history.now, state, rules)));

/** Say which flags went because they no longer apply. */
function tellCleared(gone, words = gettext("No longer asked, so cleared: %(flags)s. Undo brings it back.")) {
  const told = gone.map(([key, answers]) => `${flagLabel(key)} (${answers.map(letter).join(", ")})`);
  const line = document.getElementById("cleared");
  line.hidden = told.length === 0;
  line.textContent = told.length ? interpolate(words, { flags: told.join("; ") }) : "";
}

/** Say which flags of a draft are left out, since the rubric has changed. */
const tellLeftOut = (before) => tellCleared(cleared(before, history.now), gettext("The rubric has changed. No longer asked, so left out here: %(flags)s."));

const ASKED = { score: ".likert", severity: "#severity", strength: "#strength" };

/** Go to the first thing that is still to be done. */
function goTo({ what, answers }) {
  focusCard(answers[0]);
  if (what !== "rank") arm(what);
  document.querySelector(ASKED[what])?.scrollIntoView({ block: "nearest" });
}

function focusCard(index) {
  focused = index;
  redraw();
  cards[index].focus({ preventScroll: true });
  cards[index].scrollIntoView({ block: "nearest" });
}

function arm(what, why = "") {
  armed = what;
  refused = why;
  redraw();
}

/** What a key was to say is not asked: the digit after it says nothing either. */
function refuse(why) {
  arm("nothing", why);
  announce(why);
}

const NOT_ASKED = gettext("Not asked here.");
const armIf = (asked, what) => (asked ? arm(what) : refuse(NOT_ASKED));

/** Move an answer; out of the pool, go on to the next one there. */
function send(index, how, value) {
  const before = history.now.slots[index];
  apply(how(history.now, index, value));
  const leftPool = before === 0 && history.now.slots[index] !== 0;
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
  const told = interpolate(holds ? gettext("%(label)s: yes.") : gettext("%(label)s: no."), { label: annotations.label(key) });
  const more = asked.length ? ` ${interpolate(gettext("Now asked: %(flags)s."), { flags: asked.map(flagLabel).join(", ") })}` : "";
  announce(told + more);
}

function weigh(value) {
  if (!contest(history.now) || rules.strength === "off") return;
  apply(ranking.weigh(history.now, value));
  announce(history.now.strength === null ? gettext("Strength cleared.") : `${document.querySelector("[data-strength][aria-pressed=true]").dataset.label}.`);
}

function toggleFlag(key) {
  if (!applies(rules, key, history.now.annotations)) return;
  apply(ranking.flag(history.now, focused, key));
  const set = history.now.flags[focused].includes(key);
  const what = { letter: letter(focused), flag: flagLabel(key) };
  announce(interpolate(set ? gettext("Answer %(letter)s: %(flag)s set.") : gettext("Answer %(letter)s: %(flag)s cleared."), what));
}

function score(value) {
  apply(ranking.score(history.now, focused, value));
  const given = history.now.likert[focused];
  tellOf(focused, given ? interpolate(gettext("%(score)s of 7"), { score: given }) : gettext("no score"));
}

function grade(value) {
  if (!gradable(history.now, rules).includes(focused)) return;
  apply(ranking.grade(history.now, focused, value));
  const given = history.now.severity[focused];
  tellOf(focused, given === null ? gettext("no severity") : interpolate(gettext("severity %(severity)s"), { severity: given }));
}

function armSeverity() {
  const graded = gradable(history.now, rules);
  if (graded.length === 1) focusCard(graded[0]);
  if (graded.includes(focused)) arm("severity");
  else if (rules.severity === "never") refuse(NOT_ASKED);
  else if (graded.length) refuse(interpolate(gettext("Severity is asked of the worst answers only: %(letters)s."), { letters: graded.map(letter).join(", ") }));
  else refuse(gettext("Rank all answers first."));
}

function armStrength() {
  if (rules.strength === "off") refuse(NOT_ASKED);
  else if (contest(history.now)) arm("strength");
  else refuse(gettext("Nothing to weigh yet: rank all, with one best."));
}

function toggleNone() {
  apply(ranking.toggleNone(history.now));
  announce(history.now.none ? gettext("None is acceptable.") : gettext("Ranks count again."));
}

function tell(index) {
  const slot = history.now.slots[index];
  tellLeft(index, slot ? rankText(history.now, slot) : gettext("not ranked"));
}

const tellOf = (index, said) => announce(interpolate(gettext("Answer %(letter)s: %(said)s."), { letter: letter(index), said }));

function tellLeft(index, said) {
  const count = ranking.inSlot(history.now, 0).length;
  announce(interpolate(gettext("Answer %(letter)s: %(said)s. %(count)s left."), { letter: letter(index), said, count }));
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
  tellLeft(focused, inWords(history.now, focused).join(", "));
}

/** What an armed key press does; false where it is none of its keys. */
const ARMED = {
  score: ({ digit }) => digit <= 7 && (score(digit || null), true),
  severity: ({ digit }) => digit <= 4 && (grade(digit), true),
  strength: ({ digit }) => digit <= 4 && (weigh(digit ? digit - 1 : null), true),
  flag: ({ place }) => place in flags && (flags[place].click(), true),
  annotation: ({ place }) => place in annotations.boxes && (annotations.boxes[place].click(), true),
  nothing: () => false,
};

function digit(value, shift) {
  if (value > k) announce(interpolate(gettext("There are %(count)s ranks."), { count: k }));
  else send(focused, shift && value ? ranking.insert : ranking.place, value);
}

const COMMANDS = {
  j: () => walk(1),
  ArrowDown: () => walk(1),
  k: () => walk(-1),
  ArrowUp: () => walk(-1),
  u: () => travel(ranking.undo(history)),
  r: () => travel(ranking.redo(history)),
  l: () => armIf(document.querySelector("[data-score]"), "score"),
  v: armSeverity,
  f: () => armIf(flags.length, "flag"),
  a: () => armIf(annotations.boxes.length, "annotation"),
  g: armStrength,
  o: () => toggleFold(cards[focused]),
  c: () => compared.choose(cards[focused]),
  n: () => document.getElementById("none-button").hidden || toggleNone(),
};
const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "AltGraph"];
const SHIFTED = {
  ArrowDown: () => send(focused, ranking.nudge, 1),
  ArrowUp: () => send(focused, ranking.nudge, -1),
};

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
  show();
  afterPress(redraw);
});

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit(".more")) toggleFold(hit(".card"));
  else if (hit(".compare")) compared.choose(hit(".card"));
  else if (hit(".letters .letter")) focusCard(Number(hit(".letter").dataset.index));
  else if (hit(".ladder-rank")) send(focused, ranking.place, Number(hit(".ladder-rank").dataset.slot));
  else if (hit("[data-score]")) score(Number(hit("[data-score]").dataset.score));
  else if (hit("button[data-severity]")) grade(Number(hit("[data-severity]").dataset.severity));
  else if (hit("button[data-strength]")) weigh(Number(hit("[data-strength]").dataset.strength));
  else if (hit("#undo")) travel(ranking.undo(history));
  else if (hit("#redo")) travel(ranking.redo(history));
  else if (hit("#none-button")) toggleNone();
});

for (const box of flags) box.addEventListener("change", () => toggleFlag(box.dataset.flag));
for (const box of annotations.boxes) box.addEventListener("change", () => annotate(box.value));
form.elements.strength?.addEventListener("change", ({ target }) => weigh(target.value ? Number(target.value) : null));
note.addEventListener("input", draft.changed);

function drop(index, slot, alone) {
  apply((alone ? ranking.insert : ranking.place)(history.now, index, slot));
  focusCard(index);
  tell(index);
}

draggable(document.querySelectorAll(".cards"), { draggable: ".card", handle: ".card-top" }, drop);
draggable(document.querySelectorAll(".letters"), { draggable: ".letter" }, drop);

tellLeftOut(shown);
restore((kept) => {
  if (!Array.isArray(kept.slots) || kept.slots.length !== k) return;
  note.value = kept.note ?? "";
  history = ranking.history(fit(fitting(kept), rules));
  focused = ranking.listed(history.now)[0];
  redraw();
  tellLeftOut({ flags: cards.map((_, i) => kept.flags?.[i] ?? []) });
});
history = undoable.around(history.now);
redraw();
cards.forEach(fold);
for (const each of [phone, coarse]) each.addEventListener("change", redraw);
window.addEventListener("resize", () => cards.forEach(fold));
cards[focused].focus({ preventScroll: true }); // the page opens at its top
form.dataset.ready = "";
