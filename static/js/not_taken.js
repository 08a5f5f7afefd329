// What was said of a task that was handed in otherwise: to be read, copied and taken over until the
// labeler lets it go. The server keeps a newer draft of another page's; the rest is in this browser.
import { gettext } from "./i18n.js";
import { inWords } from "./draft_words.js";
import { drop, entries, handedIn, put, randomName, same } from "./kept.js";

const section = document.getElementById("not-taken");
const labels = JSON.parse(section.dataset.labels);
const { edit, change } = section.dataset;
const said = JSON.parse(section.dataset.said);
const base = Number(section.dataset.base); // the revision that counts
const left = section.querySelector("[data-draft]"); // the server's
const onServer = left && JSON.parse(left.dataset.draft);

/** To the page that changes what counts, with this draft in its place; returns whether it goes. */
function toEdit(draft) {
  const writer = randomName();
  const held = put(change + writer, { draft, base, writer, left: true });
  if (held) location.assign(edit);
  return held;
}

/** Show a draft in `row`; returns whether there is anything to show. */
function fill(row, draft, over) {
  const words = inWords(draft, labels);
  row.querySelector("pre").textContent = words;
  row.querySelector(".take-over").hidden = !edit;
  row.querySelector(".take-over").addEventListener("click", over);
  row.querySelector(".copy").addEventListener("click", async () => {
    const told = row.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(words);
      told.textContent = gettext("Copied.");
    } catch {
      getSelection().selectAllChildren(row.querySelector("pre")); // not allowed here: by hand, then
      told.textContent = gettext("Selected: copy it with Ctrl C.");
    }
  });
  return words !== "";
}

/** `told`: where it was written; `over()` takes it over. Returns the row, unless nothing is said. */
function show({ key, ...entry }, told, over) {
  const row = section.querySelector("template").content.firstElementChild.cloneNode(true);
  if (!fill(row, entry.draft, over)) return drop(key);
  row.querySelector(".where").textContent = told;
  row.querySelector(".let-go").addEventListener("click", () => {
    drop(key);
    row.remove();
    section.hidden = !section.querySelector(":scope > .beside, :scope > pre");
  });
  section.append(row);
  section.hidden = false;
  return row;
}

/** A draft: it is kept here until the change that it is taken over into is saved. */
function showDraft({ key, ...entry }) {
  const over = () => put(key, { ...entry, over: base }) && toEdit(entry.draft);
  show({ key, ...entry }, gettext("Written in another tab. This browser keeps it."), over);
}

/** A change that was not saved: the page that changes goes on with it. */
function showChange(entry) {
  const over = () => toEdit(entry.draft) && drop(entry.key);
  const row = show(entry, gettext("A change that was not saved. This browser keeps it."), over);
  if (row) row.querySelector(".take-over").textContent = gettext("Go on with this change…");
}

if (left) fill(left, onServer, () => toEdit(onServer));
for (const entry of entries(section.dataset.kept)) {
  const saved = entry.over < base || handedIn(entry.draft, said);
  if (saved || (onServer && same(onServer, entry.draft))) drop(entry.key);
  else showDraft(entry);
}
for (const entry of entries(change)) {
  if (handedIn(entry.draft, said)) drop(entry.key);
  else showChange(entry);
}
