// Two answers side by side, in full: the first is pinned, the second opens both. There they are
// ranked like anywhere else, scroll together, and can be read with their differences marked.
import { gettext, interpolate } from "./i18n.js";
import { picker } from "./picker.js";
import { insert, place } from "./ranking_state.js";
import { digitOf } from "./signs.js";
import { visible } from "./visible.js";

const dialog = document.getElementById("compare");
const toggle = document.getElementById("differences");
const told = document.getElementById("differences-told");
const sides = [...dialog.querySelectorAll(".pane-side")];
const panes = sides.map((side) => side.querySelector(".pane"));
const MARKS = ["del", "ins"];

/** `rank(index, how, value)` ranks an answer, as a picker says; `said(index)` gives its letter, slot and what else
 * is said of it; `travel(back)` undoes or redoes. */
export function comparison({ k, rank, said, travel }) {
  let pinned = null;
  let shown = []; // the two cards
  let front = 1;
  const pickers = sides.map((side, which) => {
    const row = picker(k, (how, value) => give(which, how, value));
    side.querySelector(".pane-head").after(row.row);
    return row;
  });
  const indexOf = (card) => Number(card.dataset.index);

  function give(which, how, value) {
    bring(which);
    rank(indexOf(shown[which]), how, value);
    if (document.activeElement.disabled) panes[which].focus({ preventScroll: true }); // else keys would go nowhere
  }

  /** Put one side in front: it is the one that keys rank. */
  function bring(which) {
    front = which;
    sides.forEach((side, each) => side.classList.toggle("front", each === which));
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
    const text = pinned ? interpolate(gettext("Compare with %(letter)s"), { letter: pinned.dataset.letter }) : gettext("Compare");
    for (const button of document.querySelectorAll(".compare")) button.textContent = text;
  }

  /** Show both as they are read, but for what is hidden until it is asked for. */
  function lay() {
    shown.forEach((card, place) => {
      const closed = veilOf(card)?.open === false;
      const button = panes[place].querySelector(".pane-veil");
      if (button) button.hidden = !closed;
      panes[place].querySelector(".prose").innerHTML = closed ? "" : card.querySelector(".card-text").innerHTML;
    });
    mark();
  }

  function unveil(place) {
    const veil = veilOf(shown[place]);
    if (veil) veil.open = !veil.open;
  }

  /** Show both as they are read, or as plain text with what only one of them has marked. */
  async function mark() {
    const cards = shown;
    if (cards.some((card) => veilOf(card)?.open === false)) return unmarked();
    const parts = wanted() ? await partsOf(cards) : null;
    if (cards !== shown) return; // others have been opened meanwhile
    const marked = wanted();
    panes.forEach((pane, place) => {
      const plain = pane.querySelector(".plain-text");
      pane.querySelector(".prose").hidden = marked;
      plain.hidden = !marked;
      plain.replaceChildren(...(parts ? parts[place].map((part) => node(part, place)) : marked ? visible(sourceOf(cards[place])) : []));
    });
    told.textContent = marked ? legend(parts) : "";
  }

  /** What is hidden is not compared. */
  function unmarked() {
    for (const pane of panes) {
      pane.querySelector(".prose").hidden = false;
      pane.querySelector(".plain-text").hidden = true;
      pane.querySelector(".plain-text").replaceChildren();
    }
    told.textContent = wanted() ? gettext("Show both answers to have their differences marked.") : "";
  }

  function open(first, second) {
    shown = [first, second];
    shown.forEach((card, place) => {
      sides[place].querySelector(".letter").textContent = card.dataset.letter;
      panes[place].scrollTop = 0;
      panes[place].ariaLabel = interpolate(gettext("Answer %(letter)s"), { letter: card.dataset.letter });
    });
    dialog.showModal();
    bring(1);
    panes[1].focus({ preventScroll: true });
    refresh();
    lay();
    import("./differences.js"); // so that it is there when it is asked for
  }

  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-pressed", String(!wanted()));
    mark();
  });
  panes.forEach((pane, place) => {
    pane.addEventListener("scroll", () => follow(panes[1 - place], pane));
    pane.querySelector(".pane-veil")?.addEventListener("click", () => unveil(place));
    sides[place].addEventListener("focusin", () => bring(place));
    sides[place].addEventListener("pointerdown", () => bring(place));
  });
  document.addEventListener("toggle", ({ target }) => {
    if (dialog.open && shown.some((card) => veilOf(card) === target)) lay();
  }, { capture: true });
  dialog.addEventListener("keydown", (event) => {
    if (event.altKey || scrolls(event)) return;
    const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const digit = digitOf(event);
    if (undoing) travel(!event.shiftKey);
    else if (event.ctrlKey || event.metaKey) return;
    else if (digit !== undefined && digit <= k) give(front, event.shiftKey && digit > 0 ? insert : place, digit);
    else if (event.key === "d") toggle.click();
    else if (event.key === "p") unveil(front);
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
const scrolls = ({ key, target }) => key.startsWith("Arrow") && target.matches(".table");
const veilOf = (card) => card.querySelector("details.veil");
const sourceOf = (card) => card.querySelector(".source").content.textContent;

async function partsOf(cards) {
  const { differences } = await import("./differences.js");
  return differences(...cards.map(sourceOf));
}

function node({ text, only }, place) {
  const part = only ? document.createElement(MARKS[place]) : document.createDocumentFragment();
  part.append(...visible(text));
  return part;
}

function legend(parts) {
  if (!parts) return gettext("These two differ too much to mark.");
  const counts = parts.map((side) => side.filter((part) => part.only).length);
  return counts.some(Boolean) ? gettext("Underlined: only in this answer.") : gettext("The two say the same, word by word.");
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
