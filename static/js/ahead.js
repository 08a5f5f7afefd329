// The next task, leased and its page fetched while this one is worked on: the browser keeps the page,
// and after Submit it is there at once. Who leaves gives the lease back; one that could not be given
// back runs out.
import { csrfToken } from "./csrf.js";

/** `next`: where to ask for the task after this one; without it nothing is fetched. */
export function ahead({ next }) {
  let asked = false;
  let over = false;
  let leave = "";
  let kept = "";

  window.addEventListener("pagehide", () => {
    if (leave && !over) navigator.sendBeacon(leave, new URLSearchParams({ csrfmiddlewaretoken: csrfToken() }));
  });

  return {
    /** The task at hand is begun. */
    async begin() {
      if (asked || !next) return;
      asked = true;
      try {
        const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
        const answer = await fetch(next, { method: "POST", headers, redirect: "manual" });
        if (answer.status !== 200) return;
        const found = await answer.json();
        leave = found.leave;
        if (!found.page) return;
        const page = await fetch(found.page, { redirect: "manual" });
        await page.text(); // what is read to its end is kept
        if (page.ok) kept = found.id;
      } catch {
        // Without it the next page is fetched when it is wanted.
      }
    },
    /** The id of the task whose page the browser has; "" where it has none. */
    kept: () => kept,
    /** The labeler goes on to the next task: nothing is given back. */
    end() {
      over = true;
    },
  };
}
