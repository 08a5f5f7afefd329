// Keeps a draft: in this browser at once, on the server soon after. The browser's copy goes when
// the server has acknowledged it, so nothing is lost between the two, and nothing lies around; while
// the page is left it stays, as the next one may have been made before that.
// Where another page has saved meanwhile the server refuses, and the copy stays. Where the browser
// takes no copy, the page is not left without a warning until the server has the draft.
import { csrfToken } from "./csrf.js";
import { drop, entries, put, randomName, same } from "./kept.js";
import { refusalIn, wordsIn } from "./refusal.js";

const QUIET = 1500; // milliseconds after the last change
const RETRY = [3000, 10000, 30000];

/** `url`: where drafts are saved; without it they are kept in this browser only. `prefix`: of the keys under which this task's drafts are kept; `base` and `savedBy`: the revision
 * of the draft that the page was made with, and the page that had saved it; `dismissed(words)`: the
 * server takes nothing from this person any more. */
export function autosave({ url, prefix, base, savedBy, read, seconds, show, dismissed }) {
  const goesOn = (entry) => entry.base === base || (entry.writer && entry.writer === savedBy);
  const before = entries(prefix);
  const mine = before.find(goesOn);
  // What a page sent as it was left may come after this one was made: one name for both.
  const writer = mine?.left ? mine.writer : randomName();
  const key = prefix + writer;
  let saved = 0;
  let current = 0;
  let timer = null;
  let sending = false;
  let failures = 0;
  let over = false;
  let refused = false;
  let overtaken = false;
  let held = true; // by this browser, as far as it was asked to
  let begun = null; // what the page showed at first, where nothing was typed before
  let going = false; // to a page that may have been made before the save that is on its way

  function changed() {
    current += 1;
    going = false;
    if (!url && begun && same(begun, read())) {
      drop(key); // changed back: nothing is left to save
      saved = current;
      return show("unchanged");
    }
    keep();
    if (!url) return show("kept");
    show(overtaken ? "overtaken" : "waiting");
    schedule(QUIET);
  }

  function schedule(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }

  function keep({ left = false } = {}) {
    held = put(key, { draft: read(), base, writer, left });
  }

  const safe = () => held || current === saved;

  async function send({ leaving = false } = {}) {
    clearTimeout(timer);
    if (!url || over || overtaken || current === saved || (sending && !leaving)) return;
    sending = true;
    const sent = current;
    const spent = seconds.take();
    show("saving");
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" },
        body: JSON.stringify({ draft: read(), base, writer, active_seconds: spent }),
        keepalive: leaving,
        redirect: "manual", // to the sign-in page, when the session has ended
      });
      const body = answer.ok ? "" : await answer.text();
      const words = refusalIn(answer.status, body);
      if (answer.ok) acknowledge(sent);
      else if (words) {
        refuse(spent, "refused");
        dismissed(words);
      } else if (answer.type === "opaqueredirect" || answer.status === 403) refuse(spent, "signed-out");
      else if (answer.status === 412) refuse(spent, "overtaken");
      else if (answer.status === 404) refuse(spent, "not-yours");
      else refuse(spent, answer.status < 500 ? "refused" : "offline", wordsIn(body));
    } catch {
      refuse(spent, "offline");
    }
    sending = false;
    if (!refused && current !== saved) schedule(failures ? RETRY[Math.min(failures, RETRY.length) - 1] : QUIET);
  }

  function acknowledge(sent) {
    if (over) return; // handed in meanwhile: nothing is left to keep
    saved = sent;
    failures = 0;
    refused = false;
    if (current === saved) {
      if (going) keep({ left: true });
      else drop(key);
      show("saved");
    }
  }

  function refuse(spent, why, words = "") {
    seconds.giveBack(spent);
    failures += 1;
    overtaken = why === "overtaken";
    refused = ["overtaken", "not-yours", "refused"].includes(why); // asking again would be answered the same
    show(why, words);
  }

  window.addEventListener("beforeunload", (event) => {
    going = true;
    if (!over && !safe()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) send({ leaving: true });
  });
  window.addEventListener("pagehide", () => {
    if (!over && current !== saved) keep({ left: true });
    send({ leaving: true });
  });
  window.addEventListener("online", () => send());
  document.addEventListener("plumbline:signing-out", ({ detail }) => detail.push(send()));

  return {
    writer,
    changed,
    keep,
    send,
    /** Whether all of it is on the server or in this browser. */
    safe,
    /** The server has answered with all that the page shows: nothing waits to be saved. */
    settled() {
      clearTimeout(timer);
      saved = current;
      drop(key);
      show("saved");
    },
    /** The work was handed in, skipped or given up: no draft of this page's is wanted any more. What
     * others wrote stays, but for what says the same. */
    end() {
      over = true;
      clearTimeout(timer);
      const shown = read();
      drop(key);
      for (const entry of entries(prefix)) if (same(entry.draft, shown)) drop(entry.key);
    },
    /** Let `write` put on the page what this browser kept and the server never acknowledged.
     * Returns the drafts that are others than the server's: nobody but the labeler can choose. */
    restore(write) {
      if (current === 0) begun = read();
      if (mine) {
        drop(mine.key);
        if (!same(mine.draft, read())) {
          write(mine.draft);
          changed();
        }
      }
      const shown = read();
      const others = before.filter((entry) => entry !== mine);
      for (const entry of others) if (same(entry.draft, shown)) drop(entry.key);
      return others.filter((entry) => !same(entry.draft, shown));
    },
  };
}
