// Counts the seconds in which somebody is at work, and tells the server once a minute, so that the
// lease goes on; without a `url` nobody is told. Away from the page or idle, nothing is counted and the lease may run out.
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

  async function beat() {
    const seconds = take();
    const counted = total;
    const body = new URLSearchParams({ active_seconds: seconds });
    try {
      const headers = { "X-CSRFToken": csrfToken() };
      const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
      if (answer.ok) return told(await answer.json(), counted);
      giveBack(seconds);
      const words = refusalIn(answer.status, await answer.text());
      if (words) dismissed(words);
    } catch {
      giveBack(seconds);
    }
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

  return { take, giveBack, beat, pending: () => pending };
}
