// Submissions by keyboard: j and k go from one to the next, a accepts the one in front, r returns it
// once there is a comment. The rest is keys.js.
import { fold, toggleFold } from "./fold.js";
import { isCommand } from "./keys.js";

const cards = [...document.querySelectorAll(".review-card")];
const answers = document.querySelectorAll(".review-task .card");
let at = Math.max(0, cards.findIndex((card) => `#${card.id}` === location.hash));

function go(to) {
  at = Math.min(Math.max(to, 0), cards.length - 1);
  cards.forEach((card, index) => card.classList.toggle("current", index === at));
  cards[at]?.focus();
  cards[at]?.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const button = cards[at]?.querySelector(`[data-verdict="${key}"]`);
  if (!button) return;
  const comment = button.form.elements.comment;
  if (key === "r" && !comment.value.trim()) comment.focus();
  else button.click();
}

const KEYS = { j: () => go(at + 1), k: () => go(at - 1), a: () => press("a"), r: () => press("r") };

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.(".review-verdict textarea")) {
    event.preventDefault();
    event.target.form.querySelector('[data-verdict="r"]').click();
  } else if (event.key === "Escape" && event.target.matches?.(".review-verdict textarea")) {
    go(at);
  } else if (isCommand(event) && Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.addEventListener("focusin", ({ target }) => {
  const index = cards.indexOf(target.closest(".review-card"));
  if (index < 0 || index === at) return;
  at = index;
  cards.forEach((card, each) => card.classList.toggle("current", each === at));
});

document.addEventListener("click", ({ target }) => {
  if (target.matches(".review-task .more")) toggleFold(target.closest(".card"));
});
const foldAll = () => answers.forEach(fold);
window.addEventListener("resize", foldAll);
foldAll();
cards[at]?.classList.add("current");
if (location.hash) go(at);
document.documentElement.dataset.reviewReady = "";
