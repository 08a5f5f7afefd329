// What both pages of the desk share: time, draft, submission, and the keys that open dialogs.
import { ahead } from "./ahead.js";
import { autosave } from "./autosave.js";
import { day } from "./day.js";
import { heartbeat } from "./heartbeat.js";
import { isCommand, openDialog } from "./keys.js";
import { keptBanner } from "./kept_banner.js";
import { pauses } from "./pause.js";
import { refusalIn } from "./refusal.js";
import { resend } from "./resend.js";

const SAVED = {
  waiting: "Not saved yet",
  saving: "Saving…",
  saved: "Draft saved",
  kept: "Not saved yet: your change is kept in this browser",
  offline: "No connection: your work is kept in this browser and saved when it is back",
  "signed-out": "You are signed out. Sign in in another tab: your work is kept in this browser",
  refused: "The server did not take the draft: your work is kept in this browser",
  overtaken: "Not saved: changed in another tab. Your work is kept in this browser",
};
const UNSAVED = ["offline", "signed-out", "refused", "overtaken"];

export const SIGNED_OUT = "You are signed out. Sign in in another tab, then go on here: your work is kept.";
const OVERTAKEN = "This task has been changed in another tab. What you see here is kept in this browser: reload the page to see both.";
export const UNREACHED = "The work was not handed in: the server could not be reached or failed. It is kept; try again.";

const WAITING = "No connection: this is handed in by itself when it is back. Until then it is kept in this browser, and you may still change it.";
const CHANGED = "Changed, so it is not handed in by itself any more: submit it when you are done.";

/** Wire the form `work`. `read()` gives the draft as JSON; `missing()` says what is still to be done
 * before it may be submitted, or nothing. The returned `restore(write)` is to be called once the page
 * stands: `write(draft)` puts a draft that this browser kept in place of what is shown. */
export function desk({ read, missing, onMissing, onEscape }) {
  const form = document.getElementById("work");
  const saved = document.getElementById("saved");
  const timer = document.getElementById("timer");
  // A page that was fetched ahead takes the task's own address: Back and reloading are to ask anew.
  const arrived = location.pathname === form.dataset.ahead;
  if (arrived) window.history.replaceState(null, "", form.dataset.page);
  const before = Number(form.dataset.seconds);
  const today = day(document.getElementById("today"), { arrived });
  const pause = pauses({ task: form.dataset.task, sensitive: "sensitive" in form.dataset });
  const next = ahead({ next: form.dataset.next });
  const again = resend({ again: () => form.requestSubmit() });
  let begun = false;
  const seconds = heartbeat({
    url: form.dataset.beat,
    before,
    show: (total) => {
      if (timer) timer.textContent = `${clock(total)} on this one`;
      today.count(total - before);
      if (total > before) pause.tick();
    },
    told,
    dismissed,
  });
  const draft = autosave({
    url: form.dataset.draft,
    prefix: form.dataset.kept,
    base: Number(form.dataset.revision),
    savedBy: form.dataset.writer,
    read,
    seconds,
    dismissed,
    show: (state) => {
      saved.textContent = state === "saved" ? `${SAVED.saved} ${timeOfDay()}` : SAVED[state];
      saved.classList.toggle("bad-text", UNSAVED.includes(state));
      if (state === "overtaken") fail(OVERTAKEN);
    },
  });

  /** How things stand, as the server tells: what was kept too long is fetched anew. */
  function told(answer, counted) {
    today.told(answer, counted - before);
    if (!arrived || begun) return;
    const version = (name) => Number(form.elements[name]?.value ?? answer[name]);
    const same = ["instructions_version", "rubric_version"].every((name) => version(name) === answer[name]);
    if (answer.state !== "leased" || answer.revision > Number(form.dataset.revision) || !same) location.reload();
  }

  /** The work has changed: keep it, and fetch the next task while it is worked on. */
  const { changed } = draft;
  draft.changed = () => {
    begun = true;
    if (again.cancel()) fail(CHANGED);
    changed();
    next.begin();
  };

  function dismissed(words) {
    draft.keep();
    fail(words);
  }

  form.addEventListener("submit", (event) => {
    fail(missing());
    if (!missing()) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // before htmx sends it
    onMissing?.();
  }, { capture: true });
  form.addEventListener("htmx:configRequest", (event) => {
    if (event.target === form) Object.assign(event.detail.parameters, { active_seconds: seconds.pending(), ahead: next.kept() });
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) {
      draft.end();
      next.end();
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A session that has ended is answered with the sign-in page, in the place of what was asked.
    if (new URL(event.detail.xhr.responseURL).pathname === event.detail.pathInfo.requestPath) return;
    event.detail.shouldSwap = false;
    fail(SIGNED_OUT);
  });
  for (const type of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    form.addEventListener(type, (event) => {
      if (event.target !== form) return;
      if (type === "htmx:sendError") {
        fail(WAITING);
        return again.later();
      }
      const xhr = event.detail.xhr;
      const words = refusalIn(xhr?.status, xhr?.responseText);
      if (words) dismissed(words);
      else fail(xhr?.status === 403 ? SIGNED_OUT : UNREACHED);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !openDialog()) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !openDialog()) {
      onEscape?.();
    }
  });

  // Nothing of a change that is not wanted stays behind.
  document.getElementById("leave")?.addEventListener("click", () => draft.end());

  // Come back to by Back, the page may be of a task that has been handed in since.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  // What the last page had to say is read by now.
  setTimeout(() => document.querySelector(".messages")?.remove(), 6000);

  if (arrived) seconds.beat();

  function restore(write) {
    const take = (kept) => {
      write(kept);
      draft.changed();
    };
    keptBanner({ prefix: form.dataset.kept, entries: draft.restore(write), read, take });
  }

  return { draft, restore, seconds, dismissed };
}

export { isCommand };

/** Say it to a screen reader. */
export function announce(text) {
  document.getElementById("live").textContent = text;
}

export function fail(text) {
  const error = document.getElementById("desk-error");
  error.textContent = text;
  error.hidden = !text;
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function timeOfDay() {
  return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
