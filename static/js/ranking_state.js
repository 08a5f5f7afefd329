// The ranking as plain data, with no page in it. Answers are 0..k-1 in the order shown; a slot is a
// rank from 1 to k, and 0 is not yet ranked. Slot 1 is the best where the `aim` is "best", and the
// worst where it is "worst". Answers in one slot tie. Every step returns a
// new state, so undoing is keeping the old ones. A strength, 0-3, is of the best over the next.

export function blank(k) {
  const flags = Array.from({ length: k }, () => []);
  return { slots: Array(k).fill(0), likert: Array(k).fill(null), flags, none: false, annotations: [], strength: null, aim: "best", severity: Array(k).fill(null) };
}

const replaced = (list, index, value) => list.map((old, i) => (i === index ? value : old));

/** Put an answer into a slot; whoever is there already ties with it. */
export function place(state, index, slot) {
  const k = state.slots.length;
  if (!Number.isInteger(slot) || slot < 0 || slot > k || state.slots[index] === slot) return state;
  return { ...state, slots: replaced(state.slots, index, slot) };
}

/** Give an answer a rank of its own at `slot`, or at k + 1 behind the last: those at or below it move
 * down to the next gap, or, when there is none, those above move up. k slots for k answers: a gap there
 * always is. */
export function insert(state, index, slot) {
  const k = state.slots.length;
  if (!Number.isInteger(slot) || slot < 1 || slot > k + 1) return state;
  const slots = replaced(state.slots, index, 0);
  const taken = (s) => slots.includes(s);
  let gap = slot;
  while (gap <= k && taken(gap)) gap += 1;
  if (gap <= k) return { ...state, slots: replaced(slots.map((s) => (s >= slot && s < gap ? s + 1 : s)), index, slot) };
  gap = slot - 1;
  while (taken(gap)) gap -= 1;
  return { ...state, slots: replaced(slots.map((s) => (s > gap && s < slot ? s - 1 : s)), index, slot - 1) };
}

/** Move a ranked answer one rank up (-1) or down (+1); at the ends it stays. */
export function nudge(state, index, step) {
  const slot = state.slots[index] + step;
  return state.slots[index] === 0 || slot < 1 ? state : place(state, index, slot);
}

/** Score an answer 1-7; the same score again, or null, clears it. */
export function score(state, index, value) {
  return { ...state, likert: replaced(state.likert, index, state.likert[index] === value ? null : value) };
}

/** Say how severely an answer breaks the rules, 0-4; the same again clears it. */
export function grade(state, index, value) {
  return { ...state, severity: replaced(state.severity, index, state.severity[index] === value ? null : value) };
}

const toggled = (keys, key) => (keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key]);

export function flag(state, index, key) {
  return { ...state, flags: replaced(state.flags, index, toggled(state.flags[index], key)) };
}

/** Say of the prompt that something holds, or that it does not. */
export function annotate(state, key) {
  return { ...state, annotations: toggled(state.annotations, key) };
}

/** How much better the best is, 0-3; the same again, or null, takes it back. */
export function weigh(state, value) {
  return { ...state, strength: state.strength === value ? null : value };
}

export function toggleNone(state) {
  return { ...state, none: !state.none };
}

/** Answers in a slot, in the order shown. */
export function inSlot(state, slot) {
  return state.slots.flatMap((each, index) => (each === slot ? [index] : []));
}

/** All answers as the page lists them: the unranked first, then rank by rank. */
export function listed(state) {
  return state.slots.map((_, index) => index).sort((a, b) => state.slots[a] - state.slots[b] || a - b);
}

export function left(state) {
  return state.none ? 0 : inSlot(state, 0).length;
}

/** A past, a present and a future. */
export function history(state) {
  return { past: [], now: state, future: [] };
}

export function step(history, state) {
  if (state === history.now) return history;
  return { past: [...history.past, history.now], now: state, future: [] };
}

export function undo(history) {
  if (!history.past.length) return history;
  return { past: history.past.slice(0, -1), now: history.past.at(-1), future: [history.now, ...history.future] };
}

export function redo(history) {
  if (!history.future.length) return history;
  return { past: [...history.past, history.now], now: history.future[0], future: history.future.slice(1) };
}

/** The same with at most so many steps either way. */
export function bounded({ past, now, future }, most) {
  return { past: past.slice(-most), now, future: future.slice(0, most) };
}

/** The past and the future of what was kept, if it was kept around what is shown. */
export function revived(kept, now) {
  return kept && same(kept.now, now) ? { ...kept, now } : history(now);
}

/** Whether two states say the same: the order in which marks were set says nothing. */
function same(one, other) {
  const said = (state) => ({ ...state, flags: state.flags.map((keys) => keys.toSorted()), annotations: state.annotations.toSorted() });
  return JSON.stringify(said(one)) === JSON.stringify(said(other));
}
