// Offers drafts that were set aside, one after the other: to be shown in place of what the page
// has, which is then set aside itself, or to be discarded.
import { drop, put, randomName } from "./kept.js";

/** `take(draft)` puts a draft on the page; `read()` says what is there before. */
export function keptBanner({ prefix, entries, read, take }) {
  const banner = document.getElementById("kept");
  const aside = [...entries];

  const draw = () => (banner.hidden = aside.length === 0);

  document.getElementById("kept-show").addEventListener("click", () => {
    const shown = { draft: read(), key: prefix + randomName() };
    put(shown.key, { draft: shown.draft });
    const entry = aside.shift();
    aside.push(shown);
    take(entry.draft);
    drop(entry.key);
    draw();
  });
  document.getElementById("kept-drop").addEventListener("click", () => {
    drop(aside.shift().key);
    draw();
  });
  draw();
}
