// What differs between two texts, word by word. Loaded when two answers are first compared.
import { diffArrays } from "../vendor/diff/array.js";

const LONGEST = 2000; // milliseconds: two long texts that share little take too long to be of use

/** Words and signs in the order written, each with the blanks behind it. */
function words(text) {
  const segments = Intl.Segmenter
    ? Array.from(new Intl.Segmenter(undefined, { granularity: "word" }).segment(text), (each) => each.segment)
    : text.match(/[\p{L}\p{N}_]+|\s+|[^]/gu) ?? [];
  const found = [];
  for (const segment of segments) {
    if (found.length && !segment.trim()) found[found.length - 1] += segment;
    else found.push(segment);
  }
  return found;
}

/** Both texts in parts, [{ text, only }], `only` where the other one has nothing of the kind; null
 * where it takes too long to say. The parts of a text are together the text. */
export function differences(left, right) {
  const sides = [words(left), words(right)];
  const changes = diffArrays(...sides, { comparator: (a, b) => a.trim() === b.trim(), timeout: LONGEST });
  if (!changes) return null;
  const at = [0, 0];
  const parts = [[], []];
  for (const { added, removed, count } of changes) {
    for (const side of [0, 1]) {
      if (side === 0 ? added : removed) continue;
      const text = sides[side].slice(at[side], at[side] + count).join("");
      parts[side].push({ text, only: Boolean(added || removed) });
      at[side] += count;
    }
  }
  return parts;
}
