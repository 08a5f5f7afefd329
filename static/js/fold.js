// Long answers stand folded in their cards; a button says how much there is, and opens them.
import { gettext } from "./i18n.js";

/** Fold the text of a card, where it is long. */
export function fold(card) {
  const text = card.querySelector(".card-text");
  const more = card.querySelector(".more");
  if (text.classList.contains("open")) return;
  text.classList.remove("whole", "folded"); // as high as an answer may stand in front
  const long = text.scrollHeight > text.clientHeight + 24;
  text.classList.toggle("folded", long);
  text.classList.toggle("whole", !long);
  more.hidden = !long;
}

export function toggleFold(card) {
  const text = card.querySelector(".card-text");
  const more = card.querySelector(".more");
  if (more.hidden) return;
  const open = text.classList.toggle("open");
  more.dataset.text ??= more.textContent;
  more.textContent = open ? gettext("Fold") : more.dataset.text;
  more.setAttribute("aria-expanded", String(open));
  fold(card);
  if (!open) card.scrollIntoView({ block: "nearest" });
}
