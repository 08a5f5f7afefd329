// Two answers side by side, in full: the first is pinned, the second opens both. There they are
// ranked like anywhere else, scroll together, and can be read with their differences marked.
import { picker } from "./picker.js";
import { digitOf } from "./signs.js";

const dialog = document.getElementById("compare");
const toggle = document.getElementById("differences");
const told = document.getElementById("differences-told");
const sides = [...dialog.querySelectorAll(".pane-side")];
const panes = sides.map((side) => side.querySelector(".pane"));
const MARKS = ["del", "ins"];

/** `rank(index, slot, alone)` ranks an answer; `said(index)` gives its letter, slot and what else
 * is said of it; `travel(back)` undoes or redoes. */
export function comparison({ k, rank, said, travel }) {
  let pinned = null;
  let shown = []; // the two cards
  let front = 1;
  const pickers = sides.map((side, place) => {
    const row = picker(k, (slot) => give(place, slot));
    side.querySelector(".pane-head").after(row.row);
    return row;
  });
  const indexOf = (card) => Number(card.dataset.index);

  function give(place, slot, alone = false) {
    bring(place);
    rank(indexOf(shown[place]), slot, alone);
  }

  /** Put one side in front: it is the one that keys rank. */
  function bring(place) {
    front = place;
    sides.forEach((side, each) => side.classList.toggle("front", each === place));
  }

  /** Draw what is said of the two; the texts stay as they are. */
  function refresh() {
    if (!dialog.open) return;
    shown.forEach((card, place) => {
      const { letter, slot, words } = said(indexOf(card));
      sides[place].querySelector(".pane-state").textContent = words;
      pickers[place].show(letter, slot);
    });
  }

  function pin(card) {
    pinned?.classList.remove("pinned");
    pinned = card;
    pinned?.classList.add("pinned");
    const text = pinned ? `with ${pinned.dataset.letter}` : "";
    for (const button of document.querySelectorAll(".compare")) button.textContent = `Compare ${text}`.trim();
  }

  /** Show both as they are read, or as plain text with what only one of them has marked. */
  async function mark() {
    const cards = shown;
    const parts = wanted() ? await partsOf(cards) : null;
    if (cards !== shown) return; // others have been opened meanwhile
    const marked = wanted();
    panes.forEach((pane, place) => {
      const plain = pane.querySelector(".plain-text");
      pane.querySelector(".prose").hidden = marked;
      plain.hidden = !marked;
      plain.replaceChildren(...(parts ? parts[place].map((part) => node(part, place)) : [marked ? sourceOf(cards[place]) : ""]));
    });
    told.textContent = marked ? legend(parts) : "";
  }

  function open(first, second) {
    shown = [first, second];
    shown.forEach((card, place) => {
      sides[place].querySelector(".letter").textContent = card.dataset.letter;
      panes[place].querySelector(".prose").innerHTML = card.querySelector(".card-text").innerHTML;
      panes[place].scrollTop = 0;
      panes[place].ariaLabel = `Answer ${card.dataset.letter}`;
    });
    dialog.showModal();
    bring(1);
    panes[1].focus();
    refresh();
    mark();
    import("./differences.js"); // so that it is there when it is asked for
  }

  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-pressed", String(!wanted()));
    mark();
  });
  panes.forEach((pane, place) => {
    pane.addEventListener("scroll", () => follow(panes[1 - place], pane));
    sides[place].addEventListener("focusin", () => bring(place));
    sides[place].addEventListener("pointerdown", () => bring(place));
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.altKey) return;
    const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const digit = digitOf(event);
    if (undoing) travel(!event.shiftKey);
    else if (event.ctrlKey || event.metaKey) return;
    else if (digit !== undefined && digit <= k) give(front, digit, event.shiftKey && digit > 0);
    else if (event.key === "d") toggle.click();
    else if (event.key === "u" || event.key === "r") travel(event.key === "u");
    else if (event.key === "ArrowLeft") panes[0].focus();
    else if (event.key === "ArrowRight") panes[1].focus();
    else return;
    event.preventDefault();
  });

  return {
    refresh,
    letGo: () => pin(null),
    /** Pin a card, or compare another one with it; the pinned one again lets go. */
    choose(card) {
      if (!pinned || pinned === card) pin(pinned ? null : card);
      else open(pinned, card);
    },
  };
}

const wanted = () => toggle.getAttribute("aria-pressed") === "true";
const sourceOf = (card) => card.querySelector(".source").content.textContent;

async function partsOf(cards) {
  const { differences } = await import("./differences.js");
  return differences(...cards.map(sourceOf));
}

function node({ text, only }, place) {
  if (!only) return document.createTextNode(text);
  const marked = document.createElement(MARKS[place]);
  marked.textContent = text;
  return marked;
}

function legend(parts) {
  if (!parts) return "These two differ too much to mark.";
  const counts = parts.map((side) => side.filter((part) => part.only).length);
  return counts.some(Boolean) ? "Underlined: only in this answer." : "The two say the same, word by word.";
}

let driven = null; // the pane whose next scroll is our own doing

/** Let one pane stand as far down as the other, of what there is to scroll. */
function follow(pane, leader) {
  if (driven === leader) {
    driven = null;
    return;
  }
  const room = leader.scrollHeight - leader.clientHeight;
  const before = pane.scrollTop;
  pane.scrollTop = room > 0 ? (leader.scrollTop / room) * (pane.scrollHeight - pane.clientHeight) : 0;
  if (pane.scrollTop !== before) driven = pane;
}
