// What the project's rubric asks of a ranking (see ranking_state.js), with no page in it. Rules are
// { only: { flag: [annotations] }, likertRequired, strength: "off" | "optional" | "required",
// severity: "never" | "worst" | "each" }.
import { inSlot, left } from "./ranking_state.js";

/** Whether a flag is asked under these annotations. */
export function applies(rules, key, annotations) {
  const only = rules.only[key] ?? [];
  return only.length === 0 || only.some((each) => annotations.includes(each));
}

/** The slots in use, that of the best first. */
function bestFirst(state) {
  const slots = [...new Set(state.slots)].sort((a, b) => a - b);
  return state.aim === "worst" ? slots.reverse() : slots;
}

/** The answers that may be given a severity: where it is asked of the worst, all have to be ranked. */
export function gradable(state, rules) {
  if (rules.severity === "never") return [];
  if (rules.severity === "each" || state.none) return state.slots.map((_, index) => index);
  return left(state) ? [] : inSlot(state, bestFirst(state).at(-1));
}

/** The one best answer and those of the next rank, or null: what a strength is about. */
export function contest(state) {
  if (state.none || left(state) > 0) return null;
  const [first, second] = bestFirst(state);
  const best = inSlot(state, first);
  return best.length === 1 && second ? { best: best[0], next: inSlot(state, second) } : null;
}

/** A state without flags that do not apply, and without a strength where it is of nothing. */
export function fit(state, rules) {
  const flags = state.flags.map((keys) => keys.filter((key) => applies(rules, key, state.annotations)));
  const strength = rules.strength !== "off" && contest(state) ? state.strength : null;
  const same = strength === state.strength && flags.every((keys, i) => keys.length === state.flags[i].length);
  return same ? state : { ...state, flags, strength };
}

/** What a step leads to: `after`, without what was said of another contest and flags that no longer
 * apply; `before` itself where nothing has changed. */
export function settle(before, after, rules) {
  const moved = JSON.stringify(contest(before)) !== JSON.stringify(contest(after));
  const next = fit(moved ? { ...after, strength: null } : after, rules);
  return JSON.stringify(next) === JSON.stringify(before) ? before : next;
}

/** Flags that were set before and are gone: [[flag, [answers]], ...]. */
export function cleared(before, after) {
  const gone = new Map();
  before.flags.forEach((keys, index) => {
    for (const key of keys) {
      if (!after.flags[index].includes(key)) gone.set(key, [...(gone.get(key) ?? []), index]);
    }
  });
  return [...gone];
}

/** What is still to be done: { what: "rank" | "score" | "severity" | "strength", answers }, or null. */
export function missing(state, rules) {
  if (left(state)) return { what: "rank", answers: inSlot(state, 0) };
  const unscored = state.likert.flatMap((score, index) => (score === null ? [index] : []));
  if (rules.likertRequired && unscored.length) return { what: "score", answers: unscored };
  const ungraded = gradable(state, rules).filter((index) => state.severity[index] === null);
  const optional = rules.severity === "worst" && state.none; // of no ranks, none is the worst
  if (ungraded.length && !optional) return { what: "severity", answers: ungraded };
  const unsaid = rules.strength === "required" && state.strength === null && contest(state);
  return unsaid ? { what: "strength", answers: [unsaid.best] } : null;
}
