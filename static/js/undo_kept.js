// What can be undone and redone outlives a reload: the tab keeps it while the task is not handed in.
import { bounded, history, revived } from "./ranking_state.js";

const MOST = 100; // steps either way

/** `key` names the task, `rubric` the version that its page asks: under another one nothing is undone. */
export function undoKept(key, rubric) {
  function attempt(work) {
    try {
      return work();
    } catch {
      return null; // without storage a reload ends it
    }
  }

  const drop = () => attempt(() => sessionStorage.removeItem(key));

  return {
    drop,
    keep: (each) => attempt(() => sessionStorage.setItem(key, JSON.stringify({ rubric, history: bounded(each, MOST) }))),
    /** The history around what the page shows; what was kept around something else goes. */
    around(now) {
      const kept = attempt(() => JSON.parse(sessionStorage.getItem(key)));
      const found = attempt(() => revived(kept?.rubric === rubric ? kept.history : null, now)) ?? history(now);
      if (kept && !found.past.length && !found.future.length) drop();
      return found;
    },
  };
}
