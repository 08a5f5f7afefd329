// A draft in words, for where no page of its task draws it: what was placed and marked, and the text.
import { gettext, interpolate } from "./i18n.js";

const letter = (index) => (index < 9 ? String.fromCharCode(65 + index) : String(index + 1)); // as the server names them

/** "A 1, B 2 = C 2": the answers by rank, those of one rank together. */
function placed(slots) {
  const ranks = [...new Set(slots)].filter(Boolean).sort((a, b) => a - b);
  const tied = (rank) => slots.flatMap((slot, index) => (slot === rank ? [`${letter(index)} ${rank}`] : []));
  return ranks.map((rank) => tied(rank).join(" = ")).join(", ");
}

function ranks({ slots, aim, none }) {
  if (none) return [gettext("None of these is acceptable.")];
  const left = slots.flatMap((slot, index) => (slot ? [] : [letter(index)]));
  return [
    placed(slots) && interpolate(gettext("Ranks: %(ranks)s"), { ranks: placed(slots) }),
    left.length && interpolate(gettext("Not ranked: %(letters)s"), { letters: left.join(", ") }),
    aim === "worst" && gettext("Rank 1 is the worst."),
  ];
}

/** What was said of each answer, beside its rank. */
function judged(draft, labels) {
  return draft.slots.map((_, index) => {
    const [score, severity] = [draft.likert?.[index], draft.severity?.[index]];
    const said = [
      score && interpolate(gettext("%(score)s of 7"), { score }),
      Number.isInteger(severity) && interpolate(gettext("severity %(severity)s"), { severity }),
      ...(draft.flags?.[index] ?? []).map((key) => labels[key] ?? key),
    ].filter(Boolean);
    return said.length && `${letter(index)}: ${said.join(" · ")}`;
  });
}

/** `labels`: of flags and annotations, by key. A text that stands alone is given as it is. */
export function inWords(draft, labels) {
  const list = (value) => (Array.isArray(value) ? value : []);
  const marks = list(draft.annotations).map((key) => labels[key] ?? key);
  const ranking = Array.isArray(draft.slots);
  const lines = [
    ...(ranking ? [...ranks(draft), ...judged(draft, labels)] : []),
    Number.isInteger(draft.strength) && interpolate(gettext("How much better the best is: %(strength)s of 4"), { strength: draft.strength + 1 }),
    marks.length && interpolate(gettext("Of the prompt: %(marks)s"), { marks: marks.join(", ") }),
    ...[draft.text, draft.note, ...Object.values(draft.later ?? {})].filter((text) => typeof text === "string" && text.trim()),
  ];
  return lines.filter(Boolean).join("\n");
}
