// Hints at a pause: after a long time at work without one, or after much that is hard to read. What
// it counts lives as long as the tab, and goes no further.
import { gettext, interpolate } from "./i18n.js";

const KEY = "plumbline:pause";
const WORK = 50 * 60; // seconds at work without a pause
const PAUSE = 5 * 60; // seconds away that are one
const SENSITIVE = 5; // tasks in a row

const WORDS = {
  time: gettext("You have worked for 50 minutes without a pause. A few minutes away from the screen do good; your work is kept."),
  sensitive: interpolate(gettext("That was sensitive content %(count)s times in a row. A short pause helps; your work is kept."), { count: SENSITIVE }),
};

function read() {
  try {
    return { worked: 0, last: 0, row: [], ...JSON.parse(sessionStorage.getItem(KEY)) };
  } catch {
    return { worked: 0, last: 0, row: [] };
  }
}

function write(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Without storage there are no hints.
  }
}

/** `task`: its id; `sensitive`: whether its content is. */
export function pauses({ task, sensitive }) {
  const hint = document.getElementById("pause");
  if (!hint) return { tick() {} };
  document.getElementById("pause-close").addEventListener("click", () => (hint.hidden = true));

  function rested(state, now) {
    return state.last && now - state.last >= PAUSE * 1000 ? { worked: 0, last: now, row: [] } : state;
  }

  function tell(why) {
    hint.querySelector("span").textContent = WORDS[why];
    hint.hidden = false;
  }

  const before = rested(read(), Date.now());
  const row = sensitive ? [...before.row.filter((each) => each !== task), task] : [];
  if (row.length > SENSITIVE) {
    tell("sensitive");
    row.splice(0, row.length, task); // once in so many
  }
  write({ ...before, row });

  return {
    /** Another second at work. */
    tick() {
      const now = Date.now();
      const state = rested(read(), now);
      const worked = state.worked + 1;
      if (worked >= WORK) tell("time");
      write({ ...state, worked: worked >= WORK ? 0 : worked, last: now });
    },
  };
}
