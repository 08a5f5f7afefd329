// What was handed in, its answers folded as they were while they were ranked.
import { fold, toggleFold } from "./fold.js";

const cards = document.querySelectorAll(".submission .card");
const foldAll = () => cards.forEach(fold);

document.addEventListener("click", ({ target }) => {
  if (target.matches(".more")) toggleFold(target.closest(".card"));
});
window.addEventListener("resize", foldAll); // and as a hidden text is shown: see veil.js
foldAll();
