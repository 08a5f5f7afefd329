// What this browser keeps of a task that was handed in otherwise: to be read and copied until the
// labeler lets it go.
import { gettext } from "./i18n.js";
import { inWords } from "./draft_words.js";
import { drop, entries, put, randomName, says } from "./kept.js";

const section = document.getElementById("not-taken");
const labels = JSON.parse(section.dataset.labels);
const { edit, change } = section.dataset;
const base = Number(section.dataset.base); // the revision that counts

/** To the page that changes what counts, with this in its place. It is kept here until that is saved. */
function takeOver({ key, ...entry }) {
  const writer = randomName();
  put(key, { ...entry, over: base });
  if (put(change + writer, { draft: entry.draft, base, writer, left: true })) location.assign(edit);
}

function show(entry) {
  const words = inWords(entry.draft, labels);
  const row = section.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector("pre").textContent = words;
  const over = row.querySelector(".take-over");
  over.hidden = !edit;
  over.addEventListener("click", () => takeOver(entry));
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
  row.querySelector(".let-go").addEventListener("click", () => {
    drop(entry.key);
    row.remove();
    section.hidden = !section.querySelector("pre");
  });
  section.append(row);
  section.hidden = false;
}

for (const entry of entries(section.dataset.kept)) {
  if (says(entry.draft) && !(entry.over < base)) show(entry);
  else drop(entry.key); // nothing is said in it, or it was taken over and saved
}
