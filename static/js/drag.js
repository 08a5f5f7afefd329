// Dragging by SortableJS, with one change: nothing moves while it is dragged, so that the place
// one aims at stays where it is. What names a slot lights up, and takes the thing on release; so does
// the gap between two rows of the ladder, into which a thing is put alone.
/* global Sortable */

const EDGE = 10; // pixels of a row that belong to the gap beside it, if it is high enough
const MARKS = ["drop-here", "insert-above", "insert-below"];

/** Let the children of `lists` be dragged onto anything that names a slot: `onDrop(index, slot,
 * alone)`, where `alone` says that it was a gap, before those of `slot`. */
export function draggable(lists, options, onDrop) {
  for (const list of lists) {
    Sortable.create(list, {
      sort: false,
      delay: 150, // on a tablet a finger that scrolls does not drag
      delayOnTouchOnly: true,
      scrollSensitivity: 80,
      scrollSpeed: 16,
      ...options,
      group: "slots",
      onMove: () => false,
      onStart: () => document.body.classList.add("dragging"),
      onEnd: ({ item, originalEvent }) => {
        const aim = aimOf(originalEvent); // before the gaps close
        document.body.classList.remove("dragging");
        light(null);
        if (aim) onDrop(Number(item.dataset.index), aim.slot, aim.alone);
      },
    });
  }
}

/** What an event points at: { lit, mark, slot, alone }, or null. */
function aimOf(event) {
  const { clientX, clientY } = event.changedTouches?.[0] ?? event;
  const target = document.elementFromPoint(clientX, clientY)?.closest("[data-slot]");
  if (!target) return null;
  const slot = Number(target.dataset.slot);
  const lit = target.closest(".group, .pool, .ladder-row");
  return (slot && gapAt(lit, slot, clientY)) || { lit, mark: "drop-here", slot, alone: false };
}

function gapAt(row, slot, y) {
  if (!row.matches(".ladder-row")) return null;
  const { top, bottom, height } = row.getBoundingClientRect();
  const edge = Math.min(height / 4, EDGE);
  if (y < top + edge) return { lit: row, mark: "insert-above", slot, alone: true };
  return y > bottom - edge ? { lit: row, mark: "insert-below", slot: slot + 1, alone: true } : null;
}

let lit = null;

function light(aim) {
  lit?.classList.remove(...MARKS);
  lit = aim?.lit ?? null;
  lit?.classList.add(aim.mark);
}

function follow(event) {
  if (!document.body.classList.contains("dragging")) return;
  const aim = aimOf(event);
  light(aim);
  if (aim && event.type === "dragover") event.preventDefault(); // else the browser refuses
}

for (const type of ["dragover", "pointermove", "touchmove"]) {
  // Captured: Sortable lets none of these through to the document.
  document.addEventListener(type, follow, { passive: type !== "dragover", capture: true });
}
