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

/** To the page that changes what counts, with this draft in its place. */
function toEdit(draft) {
  const writer = randomName();
  if (put(change + writer, { draft, base, writer, left: true })) location.assign(edit);
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

function show({ key, ...entry }) {
  const row = section.querySelector("template").content.firstElementChild.cloneNode(true);
  // It is kept here until the change is saved.
  const takeOver = () => put(key, { ...entry, over: base }) && toEdit(entry.draft);
  if (!fill(row, entry.draft, takeOver)) return drop(key); // nothing is said in it
  row.querySelector(".where").textContent = gettext("Written in another tab. This browser keeps it.");
  row.querySelector(".let-go").addEventListener("click", () => {
    drop(key);
    row.remove();
    section.hidden = !section.querySelector(":scope > .beside, :scope > pre");
  });
  section.append(row);
  section.hidden = false;
}

if (left) fill(left, onServer, () => toEdit(onServer));
for (const entry of entries(section.dataset.kept)) {
  const saved = entry.over < base || handedIn(entry.draft, said);
  if (saved || (onServer && same(onServer, entry.draft))) drop(entry.key);
  else show(entry);
}
