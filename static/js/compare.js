// Two answers side by side, in full: the first is pinned, the second opens both.
const dialog = document.getElementById("compare");
let pinned = null;

/** Pin a card; a second, other one opens the comparison; the same one again lets go. */
export function compare(card) {
  const first = pinned;
  pin(first ? null : card);
  if (!first || first === card) return;
  const panes = dialog.querySelectorAll(".pane");
  [first, card].forEach((each, side) => {
    panes[side].querySelector(".letter").textContent = each.dataset.letter;
    panes[side].querySelector(".prose").innerHTML = each.querySelector(".card-text").innerHTML;
    panes[side].scrollTop = 0;
  });
  dialog.showModal();
}

function pin(card) {
  pinned?.classList.remove("pinned");
  pinned = card;
  pinned?.classList.add("pinned");
  const text = pinned ? `with ${pinned.dataset.letter}` : "";
  for (const button of document.querySelectorAll(".compare")) button.textContent = `Compare ${text}`.trim();
}
