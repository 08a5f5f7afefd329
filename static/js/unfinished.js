// Adds to the list of what was begun and not handed in what this browser alone keeps, and says on
// the home page where there is some. The server says which tasks are this person's: a browser may be
// shared, and of others' nothing is shown.
import { gettext, interpolate, locale } from "./i18n.js";
import { drop, put } from "./kept.js";
import { alone, keptOf, tasksKept } from "./kept_tasks.js";

const list = document.getElementById("unfinished");
const signs = [...document.querySelectorAll("[data-unfinished]")]; // on the home page, one for a project

const listed = (task) => list?.querySelector(`li[data-task="${task.id}"]`);

function show(task, found) {
  const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
  const [link, about, button] = row.children;
  const at = found[0].at ? new Date(found[0].at).toLocaleString(locale, { dateStyle: "short", timeStyle: "short" }) : "";
  row.dataset.task = task.id;
  link.href = task.url;
  link.textContent = task.line;
  const where = task.ended ? gettext("not handed in with it, kept in this browser only") : gettext("kept in this browser only");
  about.textContent = [task.kind, at, where].filter(Boolean).join(" · ");
  let gone = false;
  function draw() {
    button.textContent = gone ? gettext("Undo") : gettext("Discard");
    const words = gone ? gettext("Undo: %(line)s") : gettext("Discard: %(line)s");
    button.setAttribute("aria-label", interpolate(words, { line: task.line }));
    row.classList.toggle("gone", gone);
  }
  button.addEventListener("click", () => {
    for (const { key, ...entry } of found) gone ? put(key, entry) : drop(key);
    gone = !gone;
    draw();
  });
  draw();
  list.querySelector("ul").append(row);
  list.hidden = false;
}

const kept = list?.dataset.kept ?? signs[0]?.dataset.kept;
for (const task of kept ? await tasksKept(kept) : []) {
  const found = keptOf(task).filter((entry) => alone(task, entry));
  if (!(task.over || task.ended) || !found.length) continue;
  if (list?.dataset.project === task.project && !listed(task)) show(task, found);
  for (const sign of signs) if (sign.dataset.unfinished === task.project) sign.hidden = false;
}
