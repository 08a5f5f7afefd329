// What this browser keeps of a task that was handed in otherwise: to be read and copied until the
// labeler lets it go.
import { gettext } from "./i18n.js";
import { drop, entries } from "./kept.js";

const section = document.getElementById("not-taken");
const wrote = ({ draft }) => [draft.text, draft.note].find((each) => typeof each === "string" && each.trim());

function show(entry) {
  const row = section.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector("pre").textContent = wrote(entry);
  row.querySelector(".copy").addEventListener("click", async () => {
    const told = row.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(wrote(entry));
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
  if (wrote(entry)) show(entry);
  else drop(entry.key);
}
