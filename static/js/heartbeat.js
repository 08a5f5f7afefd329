// Counts the seconds in which somebody is at work, and tells the server once a minute, so that the
// lease goes on, and what is left as the page is hidden or left; without a `url` nobody is told. Away
// from the page or idle, nothing is counted and the lease may run out.
import { csrfToken } from "./csrf.js";
import { refusalIn } from "./refusal.js";

const IDLE_AFTER = 60;
const BEAT_EVERY = 60;

/** `told(answer, counted)`: what the server said to a beat, and the seconds that it knew of then. */
export function heartbeat({ url, before, show, told, dismissed }) {
  let idle = 0;
  let pending = 0; // counted, not yet reported
  let total = before;
  let sinceBeat = 0;

  for (const type of ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"]) {
    document.addEventListener(type, () => (idle = 0), { passive: true, capture: true });
  }

  function report(seconds, how = {}) {
    const headers = { "X-CSRFToken": csrfToken() };
    const body = new URLSearchParams({ active_seconds: seconds });
    return fetch(url, { method: "POST", headers, body, redirect: "manual", ...how });
  }

  async function beat(how) {
    const seconds = take();
    const counted = total;
    const answer = await report(seconds, how).catch(() => null);
    const body = (await answer?.text().catch(() => "")) ?? "";
    if (answer?.ok) return body && told(JSON.parse(body), counted); // of no task nothing is told
    giveBack(seconds);
    const words = refusalIn(answer?.status, body);
    if (words) dismissed(words);
  }

  function take() {
    const seconds = pending;
    pending = 0;
    sinceBeat = 0;
    return seconds;
  }

  function giveBack(seconds) {
    pending += seconds;
  }

  // Before the next page is asked for, so that it is made with the time of this one; a page that is
  // not asked first is told of its end only.
  for (const type of ["beforeunload", "pagehide"]) {
    window.addEventListener(type, () => {
      if (url && pending) report(take(), { keepalive: true }).catch(() => {});
    });
  }

  // A page in the background may be killed, as phones do, and is told nothing then. On the window, as
  // a draft that is sent now goes from the document before this and takes the time along: told at once
  // by two requests it would count as of the first.
  window.addEventListener("visibilitychange", () => {
    if (url && document.hidden && pending) beat({ keepalive: true });
  });

  setInterval(() => {
    idle += 1;
    if (document.hidden || idle > IDLE_AFTER) return;
    pending += 1;
    total += 1;
    sinceBeat += 1;
    show(total);
    if (url && sinceBeat >= BEAT_EVERY) beat();
  }, 1000);
  show(total);

  return { take, giveBack, beat };
}
