// Buttons that rank an answer: for fingers, in the head of a card for the mouse, and beside two
// compared answers.
import { gettext, interpolate } from "./i18n.js";
import { insert, nudge, place } from "./ranking_state.js";

/** `move(how, value)` is called with a step of ranking_state.js, and the slot or the direction for it. */
export function picker(k, move) {
  let letter = "";
  let slot = 0;
  let inserting = false; // the next rank is given alone

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function part(name, ...children) {
    const made = document.createElement("div");
    made.className = name;
    made.append(...children);
    return made;
  }

  function rankButton(rank) {
    const made = button(rank || "×", () => {
      const how = inserting && rank ? insert : place;
      inserting = false;
      draw();
      move(how, rank);
    });
    made.dataset.rank = rank;
    return made;
  }

  const ranks = Array.from({ length: k + 1 }, (_, i) => rankButton((i + 1) % (k + 1))); // the last one is 0
  const up = button("↑", () => move(nudge, -1));
  const down = button("↓", () => move(nudge, 1));
  const alone = button(gettext("Insert"), () => {
    inserting = !inserting;
    draw();
  });
  alone.className = "picker-insert";
  const row = part("picker", part("caption", gettext("Rank")), part("picker-moves", up, down, alone), part("picker-ranks", ...ranks));
  row.role = "group";

  function name(made, words, values = {}) {
    made.title = interpolate(words, { letter, ...values });
    made.ariaLabel = made.title;
  }

  function draw() {
    row.ariaLabel = interpolate(gettext("Rank of answer %(letter)s"), { letter });
    row.classList.toggle("inserting", inserting);
    name(up, gettext("Move answer %(letter)s one rank up"));
    name(down, gettext("Move answer %(letter)s one rank down"));
    up.disabled = slot <= 1;
    down.disabled = slot === 0 || slot === k;
    name(alone, gettext("Insert: give the next rank alone, the others move aside"));
    alone.ariaPressed = String(inserting);
    const given = inserting ? gettext("Insert answer %(letter)s at rank %(rank)s") : gettext("Give answer %(letter)s rank %(rank)s");
    for (const each of ranks) {
      const rank = Number(each.dataset.rank);
      name(each, rank ? given : gettext("Take answer %(letter)s's rank away"), { rank });
      if (rank) each.ariaPressed = String(rank === slot);
      else each.disabled = !slot;
    }
  }

  return {
    row,
    /** Name the answer whose rank these buttons give, and mark the one it has. */
    show(whose, has) {
      inserting &&= whose === letter;
      [letter, slot] = [whose, has];
      draw();
    },
  };
}
