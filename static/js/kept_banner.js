// Offers drafts that were set aside, one after the other: to be shown in place of what the page
// has, which is then set aside itself, or to be discarded.
import { gettext } from "./i18n.js";
import { drop, put, randomName } from "./kept.js";

const UNKEPT = gettext("Another draft is on this page only, as this browser cannot keep it: show it before you close the page.");

/** `take(draft)` puts a draft on the page, or returns false where there is no place for it now;
 * `read()` says what is there before, `blank(draft)` whether that is nothing. */
export function keptBanner({ prefix, entries, read, take, blank }) {
  const banner = document.getElementById("kept");
  const words = banner.querySelector("span");
  const usual = words.textContent;
  const aside = entries.filter((entry) => !blank(entry.draft));
  for (const entry of entries) if (blank(entry.draft)) drop(entry.key);

  function draw(told = usual) {
    words.textContent = aside[0]?.held === false ? UNKEPT : told;
    banner.hidden = aside.length === 0;
  }

  function keep(draft) {
    const key = prefix + randomName();
    return { draft, key, held: put(key, { draft }) };
  }

  document.getElementById("kept-show").addEventListener("click", () => {
    const before = read();
    const [entry] = aside;
    if (take(entry.draft) === false) return;
    aside.shift();
    if (!blank(before)) aside.push(keep(before));
    drop(entry.key);
    draw();
  });
  document.getElementById("kept-drop").addEventListener("click", () => {
    drop(aside.shift().key);
    draw();
  });
  draw();

  /** Keep a draft that the page has no place for any more, and say so in these words. */
  return (draft, told) => {
    aside.unshift(keep(draft));
    draw(told);
  };
}
