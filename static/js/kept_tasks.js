// Which of the tasks whose drafts this browser keeps are of who is signed in, as the server says.
import { csrfToken } from "./csrf.js";
import { entries, handedIn, keysOf, same, says } from "./kept.js";

const DRAFT = /^plumbline:(?:draft|change):([0-9a-f-]{36}):/;
const MOST = 50; // that are asked for together

const WRITING = "plumbline:writing:";

/** What the server answers to a POST; null where it does not. */
async function asked(url, body) {
  const headers = { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual" }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** [{ id, project, url, line, kind, over, ended, draft, said }]; none where the server does not answer. */
export async function tasksKept(url) {
  const ids = [...new Set(keysOf((key) => DRAFT.test(key)).map((key) => key.match(DRAFT)[1]))];
  const tasks = [];
  for (let from = 0; from < ids.length; from += MOST) {
    const answer = await asked(url, JSON.stringify({ ids: ids.slice(from, from + MOST) }));
    if (!answer) break; // without the server nothing is known
    tasks.push(...answer.tasks);
  }
  return tasks;
}

/** What the server has of prompts that are being written: [{ kept, draft }], by the prefix of keys. */
export async function writingKept(url) {
  const some = keysOf((key) => key.startsWith(WRITING)).length > 0;
  return ((some && (await asked(url))) || { drafts: [] }).drafts;
}

/** All that this browser keeps of a task. */
export const keptOf = (task) => ["draft", "change"].flatMap((kind) => entries(`plumbline:${kind}:${task.id}:`)).sort((a, b) => b.at - a.at);

/** Whether an entry says something that the server does not have. */
export const alone = (task, { draft }) => says(draft) && !same(task.draft, draft) && !handedIn(draft, task.said);
