// What the labeler has done today, beside the time: as the server last told, and counted on.
import { gettext, interpolate } from "./i18n.js";

/** `seconds` and `done` as the page was made with; `arrived`: it was made before the last task was
 * handed in. */
export function day(pill, { arrived }) {
  let done = Number(pill?.dataset.done) + (arrived ? 1 : 0);
  let seconds = Number(pill?.dataset.seconds);
  let counted = 0; // of `seconds`, what this page had counted when they were told
  let now = 0;

  function show() {
    if (!pill) return;
    const total = seconds + now - counted;
    const minutes = Math.floor(total / 60);
    const time = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    const told = interpolate(gettext("%(count)s done today"), { count: done });
    pill.textContent = minutes ? `${told} · ${time}` : told;
  }

  show();
  return {
    /** `total`: what this page has counted so far. */
    count(total) {
      now = total;
      show();
    },
    /** The server's answer to a beat, which reported what `total` was then. */
    told(answer, total) {
      done = answer.done_today;
      seconds = answer.seconds_today;
      counted = total;
      show();
    },
  };
}
