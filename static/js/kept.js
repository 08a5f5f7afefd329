// Drafts of one task kept in this browser, one for each page that wrote: two tabs overwrite nothing
// of each other's. An entry is { draft, base, writer, left, at }: what was written, the server's
// revision it began from, the page that wrote it and whether that page is gone, and when.

/** A name for a page: random, and to be had without https too. */
export function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function attempt(work) {
  try {
    return work();
  } catch {
    return null; // Storage is full or forbidden.
  }
}

/** The keys of all that is kept for which `wanted(key)` holds. */
export function keysOf(wanted) {
  return (attempt(() => Object.keys(localStorage)) ?? []).filter(wanted);
}

/** All entries whose keys begin with `prefix`, the latest first. */
export function entries(prefix) {
  return keysOf((key) => key.startsWith(prefix))
    .flatMap((key) => attempt(() => ({ at: 0, ...JSON.parse(localStorage.getItem(key)), key })) ?? [])
    .filter((entry) => entry.draft && typeof entry.draft === "object")
    .sort((a, b) => b.at - a.at);
}

/** Returns whether the browser took it. */
export function put(key, entry) {
  const text = JSON.stringify({ ...entry, at: Date.now() });
  return attempt(() => localStorage.setItem(key, text) ?? true) ?? false;
}

export function drop(key) {
  attempt(() => localStorage.removeItem(key));
}

/** True when `draft` says the same as `other` in all that `other` has. */
export function same(draft, other) {
  return Object.keys(other).every((name) => JSON.stringify(draft[name]) === JSON.stringify(other[name]));
}

/** True when `draft` is what was `said`, as the server tells it of a demonstration: {} of other work. */
export function handedIn(draft, said) {
  const annotations = Array.isArray(draft.annotations) ? [...draft.annotations].sort() : [];
  return "text" in said && same({ ...draft, annotations }, said);
}

const BESIDES = ["revision", "writer", "aim", "place"]; // what a draft tells of itself

/** Whether anything is written, placed or marked in a draft. */
export function says(draft) {
  const holds = (value) => {
    if (value && typeof value === "object") return Object.values(value).some(holds);
    return Boolean(typeof value === "string" ? value.trim() : value);
  };
  return Object.entries(draft).some(([name, value]) => !BESIDES.includes(name) && holds(value));
}
