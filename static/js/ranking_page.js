// Draws a ranking's state into the page. It holds nothing of its own: what it shows, and what the
// form would submit, follows from the state alone.
import * as annotations from "./annotations.js";
import { gettext, interpolate } from "./i18n.js";
import { applies, contest, gradable, missing } from "./ranking_rules.js";
import { inSlot } from "./ranking_state.js";
import { SIGNS } from "./signs.js";

const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];

export const cards = all(".card");
export const k = cards.length;
const letters = cards.map(letterOf);
const flags = all("[data-flag]");
const labels = new Map(flags.map((box) => [box.dataset.flag, box.dataset.label]));
const rail = byId("rail");
const judgment = document.querySelector(".judgment");
const seatInRail = judgment.nextElementSibling;
export const phone = matchMedia("(max-width: 640px)");
export const coarse = matchMedia("(pointer: coarse)");

/** What the rubric asks, for ranking_rules.js. */
export const rules = {
  only: Object.fromEntries(flags.map((box) => [box.dataset.flag, box.dataset.only.split(" ").filter(Boolean)])),
  likertRequired: rail.hasAttribute("data-likert-required"),
  strength: rail.dataset.strength,
  severity: rail.dataset.severity,
};

flags.forEach((box, place) => (box.parentElement.querySelector("kbd").textContent = `f ${SIGNS[place]}`));

export const letter = (index) => cards[index].dataset.letter;
export const flagLabel = (key) => labels.get(key) ?? key;

function letterOf(card) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "letter";
  button.dataset.index = card.dataset.index;
  button.textContent = card.dataset.letter;
  button.title = interpolate(gettext("Go to answer %(letter)s; drag to a rank, or between two"), { letter: card.dataset.letter });
  return button;
}

/** The state that the form's fields hold: the server wrote its draft into them. */
export function read(form) {
  const field = (name, index) => form.elements[`${name}-${index}`];
  return {
    slots: cards.map((_, i) => Number(field("rank", i).value)),
    likert: cards.map((_, i) => Number(field("likert", i)?.value) || null),
    flags: cards.map((_, i) => all(`[name=flags-${i}]:checked`).map((box) => box.value)),
    none: form.elements.none.checked,
    annotations: annotations.chosen(),
    strength: form.elements.strength?.value ? Number(form.elements.strength.value) : null,
    aim: form.elements.aim.value,
    severity: cards.map((_, i) => (field("severity", i)?.value ? Number(field("severity", i).value) : null)),
  };
}

/** What was kept, perhaps under an older rubric, without what the page no longer asks, and counted
 * from the end from which the page counts. */
export function fitting(kept) {
  const { aim } = document.getElementById("work").elements;
  const turned = (kept.aim ?? "best") !== aim.value;
  const last = kept.slots.includes(0) ? k : Math.max(...kept.slots);
  const scored = document.querySelector("[data-score]") !== null;
  return {
    slots: turned ? kept.slots.map((slot) => slot && last + 1 - slot) : kept.slots,
    likert: cards.map((_, i) => (scored ? kept.likert?.[i] ?? null : null)),
    flags: cards.map((_, i) => (kept.flags?.[i] ?? []).filter((key) => labels.has(key))),
    none: kept.none,
    annotations: annotations.known(kept.annotations),
    strength: kept.strength ?? null,
    aim: aim.value,
    severity: cards.map((_, i) => (rules.severity === "never" ? null : kept.severity?.[i] ?? null)),
  };
}

const UNMET = {
  rank: [gettext("%(count)s left to rank"), gettext("%(count)s left to rank, or say that none is acceptable.")],
  score: [gettext("%(count)s left to score"), gettext("Each answer needs a score from 1 to 7. Without one: %(letters)s.")],
  severity: [gettext("Severity not said"), gettext("Say how severe %(letters)s is (v, then 0 to 4).")],
  strength: [gettext("Strength not said"), gettext("Say how much better %(letters)s is than the next (g, then 1 to 4).")],
};

/** In words what `missing` of ranking_rules.js found: for the foot, and for who submits anyway. */
export function unmet(found) {
  if (!found) return { short: "", told: "" };
  const { what, answers } = found;
  const values = { count: answers.length, letters: answers.map(letter).join(", ") };
  const [short, told] = UNMET[what].map((text) => interpolate(text, values));
  return { short, told };
}

/** The reverse: what is shown is what will be submitted. */
function write(form, state) {
  const graded = gradable(state, rules);
  state.slots.forEach((slot, i) => {
    if (form.elements[`severity-${i}`]) form.elements[`severity-${i}`].value = graded.includes(i) ? state.severity[i] ?? "" : "";
    form.elements[`rank-${i}`].value = slot || "";
    if (form.elements[`likert-${i}`]) form.elements[`likert-${i}`].value = state.likert[i] ?? "";
    for (const box of all(`[name=flags-${i}]`)) box.checked = state.flags[i].includes(box.value);
  });
  form.elements.none.checked = state.none;
  annotations.choose(state.annotations);
  if (form.elements.strength) form.elements.strength.value = state.strength ?? "";
}

export function draw(form, { past, now: state, future }, focused, armed, refused) {
  write(form, state);
  for (let slot = 0; slot <= k; slot += 1) {
    const indexes = inSlot(state, slot);
    arrange(document.querySelector(`.cards[data-slot="${slot}"]`), indexes.map((i) => cards[i]));
    arrange(document.querySelector(`.letters[data-slot="${slot}"]`), indexes.map((i) => letters[i]));
  }
  cards.forEach((card, index) => drawCard(card, state, index, index === focused));
  drawJudgment(state, focused, HINTS[armed] ?? refused, armed);
  drawStrength(state, armed);
  annotations.armed(armed === "annotation");
  drawFoot(state, past.length, future.length);
}

/** Put `row` into the focused card: below it for fingers, else in its head. On a phone, where the rail
 * lies below all cards, put the judgment there too. The card stays where it is on the screen. */
export function seat(focused, row) {
  const card = cards[focused];
  const { top } = card.getBoundingClientRect();
  const [place, next] = coarse.matches ? [card, null] : [card.querySelector(".card-top"), card.querySelector(".grip")];
  if (row.parentElement !== place) place.insertBefore(row, next);
  if (phone.matches && !card.contains(judgment)) card.append(judgment);
  if (!phone.matches && !rail.contains(judgment)) seatInRail.before(judgment);
  // One of the two scrolls: on small screens the page, else the column.
  for (const each of [byId("answers"), window]) each.scrollBy(0, card.getBoundingClientRect().top - top);
}

/** Put exactly `wanted` into `list`, touching nothing that is in its place already. */
function arrange(list, wanted) {
  if (wanted.length === list.children.length && wanted.every((each, i) => list.children[i] === each)) return;
  list.replaceChildren(...wanted);
}

/** A rank in words: where the page counts from the worst, the first is called so. */
export function rankText({ aim }, slot) {
  return aim === "worst" && slot === 1 ? gettext("rank 1, the worst") : interpolate(gettext("rank %(rank)s"), { rank: slot });
}

function besides(state, index) {
  const slot = state.slots[index];
  const ties = slot ? inSlot(state, slot).filter((other) => other !== index) : [];
  const said = [];
  if (ties.length) said.push(interpolate(gettext("tied with %(letters)s"), { letters: ties.map(letter).join(", ") }));
  if (state.likert[index]) said.push(interpolate(gettext("%(score)s of 7"), { score: state.likert[index] }));
  if (state.severity[index] !== null && gradable(state, rules).includes(index)) said.push(interpolate(gettext("severity %(severity)s"), { severity: state.severity[index] }));
  return said;
}

/** All that is said of an answer. */
export function inWords(state, index) {
  const slot = state.slots[index];
  return [slot ? rankText(state, slot) : gettext("not yet ranked"), ...besides(state, index), ...state.flags[index].map(flagLabel)];
}

function drawCard(card, state, index, isFocused) {
  card.querySelector(".card-state").textContent = besides(state, index).join(" · ");
  card.querySelector(".card-flags").textContent = state.flags[index].map(flagLabel).join(" · ");
  card.classList.toggle("focused", isFocused);
  card.tabIndex = isFocused ? 0 : -1;
  card.setAttribute("aria-label", [interpolate(gettext("Answer %(letter)s"), { letter: letter(index) }), ...inWords(state, index)].join(", "));
  letters[index].classList.toggle("current", isFocused);
}

const HINTS = { score: gettext("press 1–7"), flag: gettext("press a flag's sign"), severity: gettext("press 0–4") };

function drawJudgment(state, focused, hint, armed) {
  byId("focused-letter").textContent = letter(focused);
  byId("judgment-hint").textContent = hint;
  judgment.dataset.armed = armed ?? "";
  for (const button of all("[data-score]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.score) === state.likert[focused]));
  }
  const severity = byId("severity");
  if (severity) severity.hidden = !gradable(state, rules).includes(focused);
  for (const button of all("button[data-severity]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.severity) === state.severity[focused]));
  }
  for (const box of flags) {
    box.checked = state.flags[focused].includes(box.dataset.flag);
    box.parentElement.hidden = !applies(rules, box.dataset.flag, state.annotations);
  }
  for (const button of all(".ladder-rank")) {
    const slot = Number(button.dataset.slot);
    const shown = button.textContent.trim(); // said as well, for who speaks what they see
    const words = slot ? gettext("Give answer %(letter)s rank %(rank)s") : gettext("%(rank)s: take answer %(letter)s's rank away");
    const text = interpolate(words, { letter: letter(focused), rank: shown });
    button.title = text;
    button.setAttribute("aria-label", text);
  }
}

function drawStrength(state, armed) {
  const bar = byId("strength");
  if (!bar) return;
  const asked = contest(state);
  for (const each of [bar, byId("strength-field")]) {
    each.hidden = !asked;
    if (asked) each.querySelector("span").textContent = interpolate(gettext("How much better is %(best)s than %(others)s?"), { best: letter(asked.best), others: asked.next.map(letter).join(", ") });
  }
  bar.classList.toggle("armed", armed === "strength");
  for (const button of bar.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.strength) === state.strength));
  }
}

function drawFoot(state, canUndo, canRedo) {
  const unranked = inSlot(state, 0).length;
  byId("left").textContent = unranked;
  document.querySelector(".pool").classList.toggle("emptied", unranked === 0);
  document.querySelector(".pool-empty").hidden = unranked > 0;
  const found = missing(state, rules);
  byId("left-text").textContent = unmet(found).short;
  byId("submit").setAttribute("aria-disabled", String(found !== null));
  byId("submit").setAttribute("aria-describedby", "left-text");
  byId("submit").title = unmet(found).told;
  byId("none-button").setAttribute("aria-pressed", String(state.none));
  byId("none-note").hidden = !state.none;
  byId("answers").classList.toggle("none", state.none);
  byId("undo").disabled = !canUndo;
  byId("redo").disabled = !canRedo;
}
