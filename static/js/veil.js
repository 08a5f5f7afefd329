// Sensitive texts are closed <details>: hidden with scripts and without. Here are the keys, p for one
// and Shift p for all, the note's button, and what stays open while a page draws its texts anew.
import { gettext, interpolate } from "./i18n.js";
import { isCommand } from "./keys.js";

const all = document.getElementById("veil-all");
const live = document.getElementById("live");
const shown = new Set(); // the keys of what is open
const veils = () => [...document.querySelectorAll(".veil")];
const hidden = (veil) => !veil.open;

function say(words) {
  if (live) live.textContent = words;
}

function drawAll() {
  if (all) all.firstChild.textContent = `${veils().some(hidden) ? gettext("Show all") : gettext("Hide all")} `;
}

function toggle(veil) {
  veil.open = !veil.open;
  say(interpolate(veil.open ? gettext("%(what)s: shown.") : gettext("%(what)s: hidden."), { what: veil.dataset.what }));
}

function toggleAll() {
  const open = veils().some(hidden);
  for (const veil of veils()) veil.open = open;
  say(open ? gettext("All texts are shown.") : gettext("All texts are hidden."));
}

/** The text that has the focus, or the next one that is hidden. */
function atHand() {
  const place = document.activeElement?.closest(".card, .turn, .veil");
  const own = place?.matches(".veil") ? place : place?.querySelector(".veil");
  return own ?? veils().find(hidden) ?? veils()[0];
}

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches(".veil")) return;
  if (target.open) shown.add(target.dataset.veil);
  else shown.delete(target.dataset.veil);
  drawAll();
  window.dispatchEvent(new Event("resize")); // long texts are folded by their height
}, { capture: true });
document.addEventListener("htmx:afterSwap", () => {
  for (const veil of veils()) if (shown.has(veil.dataset.veil)) veil.open = true;
  drawAll();
});
document.addEventListener("click", (event) => event.target.closest("#veil-all") && toggleAll());
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "p" || !veils().length || !isCommand(event)) return;
  event.preventDefault();
  if (event.shiftKey) toggleAll();
  else toggle(atHand());
});
drawAll();
