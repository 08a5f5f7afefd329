// Who signs out leaves nothing on a shared machine that the server has: their drafts are saved first
// and taken out of this browser. What the server does not have stays, and is shown to nobody else.
import { drop, entries, same, says } from "./kept.js";
import { alone, keptOf, tasksKept, writingKept } from "./kept_tasks.js";

const LONGEST = 3000; // milliseconds: nobody is kept from signing out for longer

const form = document.getElementById("sign-out");

async function tidy() {
  const saves = []; // a page on which somebody works adds the save of its draft
  document.dispatchEvent(new CustomEvent("plumbline:signing-out", { detail: saves }));
  await Promise.allSettled(saves);
  for (const task of await tasksKept(form.dataset.kept)) {
    for (const entry of keptOf(task)) if (!alone(task, entry)) drop(entry.key);
  }
  for (const { kept, draft } of await writingKept(form.dataset.writing)) {
    for (const entry of entries(kept)) if (same(draft, entry.draft) || !says(entry.draft)) drop(entry.key);
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await Promise.race([tidy().catch(() => {}), new Promise((go) => setTimeout(go, LONGEST))]);
  form.submit();
});
