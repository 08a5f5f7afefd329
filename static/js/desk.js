// What both pages of the desk share: time, draft, submission, and the keys that open dialogs.
import { ahead } from "./ahead.js";
import { autosave } from "./autosave.js";
import { day } from "./day.js";
import { heartbeat } from "./heartbeat.js";
import { gettext, interpolate } from "./i18n.js";
import { isCommand, openDialog } from "./keys.js";
import { keptBanner } from "./kept_banner.js";
import { lock } from "./lock.js";
import { pauses } from "./pause.js";
import { refusalIn } from "./refusal.js";
import { resend } from "./resend.js";
import { sending } from "./sending.js";
import { skip } from "./skip.js";
import { moment } from "./times.js";

const SAVED = {
  waiting: gettext("Not saved yet"),
  saving: gettext("Saving…"),
  saved: gettext("Draft saved"),
  unchanged: "",
  kept: gettext("Not saved yet: your change is kept in this browser"),
  offline: gettext("No connection: your work is kept in this browser and saved when it is back"),
  "signed-out": gettext("You are signed out. Sign in in another tab: your work is kept in this browser"),
  refused: gettext("The server did not take the draft: your work is kept in this browser"),
  "not-yours": gettext("The server did not take the draft: your work is kept in this browser"),
  overtaken: gettext("Not saved: changed in another tab. Your work is kept in this browser"),
};
// Where this browser could not keep it either.
const UNKEPT = {
  ...SAVED,
  kept: gettext("Not saved, and this browser cannot keep your change: do not close this page"),
  offline: gettext("No connection, and this browser cannot keep your work: do not close this page before it is saved"),
  "signed-out": gettext("You are signed out, and this browser cannot keep your work: sign in in another tab, and do not close this page before it is saved"),
  refused: gettext("The server did not take the draft, and this browser cannot keep it: copy your work before you close this page"),
  "not-yours": gettext("The server did not take the draft, and this browser cannot keep it: copy your work before you close this page"),
  overtaken: gettext("Not saved: changed in another tab. This browser cannot keep your work: copy it before you close this page"),
};
const UNSAVED = ["offline", "signed-out", "refused", "not-yours", "overtaken"];

// What is said of work that is kept, and of work that only the page has.
export const SIGNED_OUT = [gettext("You are signed out. Sign in in another tab, then go on here: your work is kept."), UNKEPT["signed-out"]];
const OVERTAKEN = [gettext("This task has been changed in another tab. What you see here is kept in this browser: reload the page to see both."), UNKEPT.overtaken];
export const NOT_YOURS = [
  gettext("This task is not one of yours: it was taken away, or somebody else has signed in in another tab. Sign in there as before, then go on here: your work is kept."),
  UNKEPT["not-yours"],
];
const UNREACHED = [
  gettext("The work was not handed in: the server could not be reached or failed. It is kept; try again."),
  gettext("The work was not handed in: the server could not be reached or failed. This browser cannot keep it: try again before you close this page."),
];
const WAITING = [
  gettext("No connection: keep this tab open, and this is handed in by itself when it is back. You may still change it. If you close the tab it waits in this browser: go on with the task to hand it in."),
  gettext("No connection: this is handed in by itself when it is back. This browser cannot keep it until then: do not close this page."),
];
const OFFLINE = [
  gettext("No connection: that page cannot be opened now. Your work is kept; go on here."),
  gettext("No connection: that page cannot be opened now, and this browser cannot keep your work: do not close this page."),
];
const CHANGED = gettext("Changed, so it is not handed in by itself any more: submit it when you are done.");

/** Wire the form `work`. `read()` gives the draft as JSON; `missing()` says what is still to be done
 * before it may be submitted, or nothing. The returned `restore(write)` is to be called once the page
 * stands: `write(draft, { asked })` puts a draft that this browser kept in place of what is shown, or
 * returns false where it has no place, if the labeler asked for it. It returns keptBanner's function that
 * sets a draft aside; of one that is `blank(draft)` nothing is kept so. The returned `kept([words,
 * unkept])` chooses what is true of the draft now. `ending()`: whether this task may end soon, so that
 * the next one is worth leasing. */
export function desk({ read, missing, onMissing, onEscape, blank = () => false, ending = () => true }) {
  const form = document.getElementById("work");
  const saved = document.getElementById("saved");
  const timers = document.querySelectorAll(".timer"); // on a phone it stands in the menu
  // A page that was fetched ahead takes the task's own address: Back and reloading are to ask anew.
  const arrived = location.pathname === form.dataset.ahead;
  if (arrived) window.history.replaceState(null, "", form.dataset.page);
  const before = Number(form.dataset.seconds);
  const today = day(document.getElementById("today"), { arrived });
  const pause = pauses({ task: form.dataset.task, sensitive: "sensitive" in form.dataset });
  const next = ahead({ next: form.dataset.next });
  const again = resend({ again: submit });
  let begun = false;
  let lacked = ""; // what was said to be done first
  let barred = ""; // what was said as nothing was taken from this person
  const seconds = heartbeat({
    url: form.dataset.beat,
    before,
    show: (total) => {
      for (const timer of timers) timer.textContent = interpolate(gettext("%(time)s on this one"), { time: clock(total) });
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
    show: (state, words) => {
      saved.textContent = state === "saved" ? `${SAVED.saved} ${moment(new Date(), "hour")}` : (draft.safe() ? SAVED : UNKEPT)[state];
      saved.classList.toggle("bad-text", UNSAVED.includes(state) || !draft.safe());
      if (state === "overtaken") fail(kept(OVERTAKEN));
      if (state === "not-yours") bar(kept(NOT_YOURS));
      if (words) bar(words);
      if (state === "saved") unbar();
    },
  });
  if (form.elements.draft_writer) form.elements.draft_writer.value = draft.writer; // whose draft is ended by handing in
  const kept = ([words, unkept]) => (draft.safe() ? words : unkept);

  function bar(words) {
    barred = words;
    fail(words);
  }

  /** The server takes something from this person again. */
  function unbar() {
    if (barred && document.getElementById("desk-error").textContent === barred) fail("");
    barred = "";
  }

  /** By its button: htmx sends along what was pressed last, and to where that leads. */
  function submit() {
    document.getElementById("submit").click();
  }

  /** How things stand, as the server tells: what was kept too long is fetched anew. */
  function told(answer, counted) {
    today.told(answer, counted - before);
    unbar();
    if (!arrived || begun) return;
    const version = (name) => Number(form.elements[name]?.value ?? answer[name]);
    const same = ["instructions_version", "rubric_version"].every((name) => version(name) === answer[name]);
    if (answer.state !== "leased" || answer.revision > Number(form.dataset.revision) || !same) location.reload();
  }

  /** The work has changed: keep it, and fetch the next task while it is worked on. */
  const { changed, settled } = draft;
  draft.changed = () => {
    begun = true;
    if (lacked && document.getElementById("desk-error").textContent === lacked && missing() !== lacked) fail("");
    if (again.cancel()) fail(CHANGED);
    changed();
    if (ending()) next.begin();
  };
  draft.settled = () => {
    settled();
    if (ending()) next.begin();
  };

  function dismissed(words) {
    draft.keep();
    bar(words);
  }

  form.addEventListener("submit", (event) => {
    lacked = missing();
    fail(lacked);
    if (!lacked) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // before htmx sends it
    onMissing?.();
  }, { capture: true });
  function gone() {
    draft.end();
    next.end();
    skipping.end();
  }

  sending(form, {
    seconds,
    locked: lock({
      parts: () => form.querySelectorAll("main, .desk-ask, .desk-kept, .desk-foot > :not([role=status])"),
      told: document.getElementById("sending"),
      words: gettext("Submitting…"),
    }),
    more: () => ({ ahead: next.kept() }),
    // Handed in before, and otherwise: this does not count.
    onward: (address) => (address === form.dataset.page ? draft.keep() : gone()),
    unreached: () => {
      fail(kept(WAITING));
      again.later();
    },
    refused: (xhr) => {
      if (refusalIn(xhr.status, xhr.responseText)) draft.keep();
      const words = refusal(xhr);
      if (words) bar(kept(words));
      else fail(kept(UNREACHED));
    },
  });
  const skipping = skip({ seconds, refusal, signedOut, SIGNED_OUT, onward: gone });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!signedOut(event)) return;
    event.detail.shouldSwap = false;
    bar(kept(SIGNED_OUT));
  });

  // Without a network a link leads to nothing but the browser's own word of it. What lies on this
  // machine can be reached all the same.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]:not(#leave, [href^='#'])");
    if (navigator.onLine || link?.origin !== location.origin) return;
    event.preventDefault();
    const reached = await fetch(link.href, { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (reached) location.assign(link.href);
    else fail(kept(OFFLINE));
  });
  window.addEventListener("online", () => OFFLINE.includes(document.getElementById("desk-error").textContent) && fail(""));

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !openDialog()) {
      event.preventDefault();
      submit();
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
      if (write(kept, { asked: true }) === false) return false;
      draft.changed();
      return true;
    };
    return keptBanner({ prefix: form.dataset.kept, entries: draft.restore(write), read, take, blank });
  }

  return { draft, restore, seconds, dismissed, kept };
}

export { isCommand };

/** Whether the sign-in page came in the place of what was asked, as the session has ended. */
const signedOut = ({ detail }) => new URL(detail.xhr.responseURL).pathname !== detail.pathInfo.requestPath;

/** What is said where the server takes nothing, as far as its answer tells why. */
function refusal(xhr) {
  const words = refusalIn(xhr.status, xhr.responseText);
  return words ? [words, words] : { 403: SIGNED_OUT, 404: NOT_YOURS }[xhr.status];
}

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
