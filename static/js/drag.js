// Dragging by SortableJS, with one change: nothing moves while it is dragged, so that the place
// one aims at stays where it is. What names a slot lights up, and takes the thing on release.
/* global Sortable */

const TARGET = "[data-slot]";

/** Let the children of `lists` be dragged onto anything that names a slot; `onDrop(index, slot)`. */
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
        document.body.classList.remove("dragging");
        light(null);
        const target = targetAt(originalEvent);
        if (target) onDrop(Number(item.dataset.index), Number(target.dataset.slot));
      },
    });
  }
}

function targetAt(event) {
  const point = event.changedTouches?.[0] ?? event;
  return document.elementFromPoint(point.clientX, point.clientY)?.closest(TARGET) ?? null;
}

function light(target) {
  const lit = target?.closest(".group, .pool, .ladder-row") ?? null;
  for (const old of document.querySelectorAll(".drop-here")) {
    if (old !== lit) old.classList.remove("drop-here");
  }
  lit?.classList.add("drop-here");
}

function follow(event) {
  if (!document.body.classList.contains("dragging")) return;
  const target = targetAt(event);
  light(target);
  if (target && event.type === "dragover") event.preventDefault(); // else the browser refuses
}

for (const type of ["dragover", "pointermove", "touchmove"]) {
  // Captured: Sortable lets none of these through to the document.
  document.addEventListener(type, follow, { passive: type !== "dragover", capture: true });
}
