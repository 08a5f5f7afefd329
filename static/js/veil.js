// Sensitive texts stay hidden until they are asked for: one by its button or v, all by the note's
// button or Shift v. The same again hides them. Where no script runs they are shown.
import { isCommand } from "./keys.js";

const veils = [...document.querySelectorAll(".veil")];
const all = document.getElementById("veil-all");
const live = document.getElementById("live");
const hidden = (veil) => !veil.classList.contains("shown");

function draw(veil, shown) {
  veil.classList.toggle("shown", shown);
  const button = veil.querySelector(".veil-show");
  button.firstChild.textContent = shown ? "Hide" : "Show";
  button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} ${veil.dataset.what}`);
  if (all) all.firstChild.textContent = veils.some(hidden) ? "Show all " : "Hide all ";
  window.dispatchEvent(new Event("resize")); // long texts are folded by their height
}

function say(words) {
  if (live) live.textContent = words;
}

function toggle(veil) {
  const shown = hidden(veil);
  draw(veil, shown);
  say(`${veil.dataset.what}: ${shown ? "shown" : "hidden"}.`);
}

function toggleAll() {
  const shown = veils.some(hidden);
  for (const veil of veils) draw(veil, shown);
  say(shown ? "All texts are shown." : "All texts are hidden.");
}

/** The text that has the focus, or the next one that is hidden. */
function atHand() {
  const place = document.activeElement?.closest(".card, .turn, .veil");
  const own = place?.matches(".veil") ? place : place?.querySelector(".veil");
  return own ?? veils.find(hidden) ?? veils[0];
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".veil-show");
  if (button) toggle(button.closest(".veil"));
  if (all && event.target.closest("#veil-all")) toggleAll();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "v" || !veils.length || !isCommand(event)) return;
  event.preventDefault();
  if (event.shiftKey) toggleAll();
  else toggle(atHand());
});
for (const veil of veils) draw(veil, false);
