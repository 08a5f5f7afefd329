// Keeps a draft: in this browser at once, on the server soon after. The browser's copy goes when
// the server has acknowledged it, so nothing is lost between the two, and nothing lies around.
import { csrfToken } from "./csrf.js";

const QUIET = 1500; // milliseconds after the last change
const RETRY = [3000, 10000, 30000];

export function autosave({ url, key, revision, read, seconds, show }) {
  let saved = revision;
  let current = revision;
  let timer = null;
  let sending = false;
  let failures = 0;
  let over = false;
  let refused = false;

  function changed() {
    current += 1;
    keep();
    show("waiting");
    schedule(QUIET);
  }

  function schedule(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ ...read(), revision: current }));
    } catch {
      // Storage is full or forbidden: the server's copy has to do.
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  }

  async function send({ leaving = false } = {}) {
    clearTimeout(timer);
    if (over || current === saved || (sending && !leaving)) return;
    sending = true;
    const sent = current;
    const spent = seconds.take();
    show("saving");
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" },
        body: JSON.stringify({ draft: { ...read(), revision: sent }, active_seconds: spent }),
        keepalive: leaving,
        redirect: "manual", // to the sign-in page, when the session has ended
      });
      if (answer.ok) acknowledge(sent);
      else if (answer.type === "opaqueredirect" || answer.status === 403) refuse(spent, "signed-out");
      else refuse(spent, answer.status < 500 ? "refused" : "offline");
    } catch {
      refuse(spent, "offline");
    }
    sending = false;
    if (!over && !refused && current !== saved) schedule(failures ? RETRY[Math.min(failures, RETRY.length) - 1] : QUIET);
  }

  function acknowledge(sent) {
    saved = sent;
    failures = 0;
    if (current === saved) {
      forget();
      show("saved");
    }
  }

  function refuse(spent, why) {
    seconds.giveBack(spent);
    failures += 1;
    refused = why === "refused"; // asking again would be answered the same
    show(why);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) send({ leaving: true });
  });
  window.addEventListener("pagehide", () => send({ leaving: true }));
  window.addEventListener("online", () => send());

  return {
    changed,
    send,
    /** The work was handed in: no draft is wanted any more. */
    end() {
      over = true;
      clearTimeout(timer);
      forget();
    },
    /** What this browser kept and the server never acknowledged, or null. */
    restore() {
      try {
        const kept = JSON.parse(localStorage.getItem(key));
        return kept && kept.revision > revision ? kept : null;
      } catch {
        return null;
      }
    },
  };
}
