// What is said of the prompt: boxes above the answers, and above the editor of a demonstration. They
// lie folded in one row that says what is chosen, and open over what is below, so that nothing moves.
import { SIGNS } from "./signs.js";

const field = document.getElementById("annotations");

export const boxes = [...(field?.querySelectorAll("input") ?? [])];

boxes.forEach((box, place) => {
  const sign = document.createElement("span");
  sign.className = "sign";
  sign.ariaHidden = "true";
  sign.textContent = SIGNS[place];
  box.after(sign);
});

export const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);

export function choose(keys) {
  for (const box of boxes) box.checked = keys.includes(box.value);
  tell();
}

function tell() {
  const shown = boxes.filter((box) => box.checked).map((box) => {
    const label = document.createElement("b");
    label.textContent = box.dataset.label;
    return label;
  });
  document.getElementById("annotations-chosen")?.replaceChildren(...shown);
}

/** Keys that the project asks for, of those given: what was kept may be of an older rubric. */
export const known = (keys) => boxes.map((box) => box.value).filter((key) => keys?.includes?.(key));

export const label = (key) => boxes.find((box) => box.value === key)?.dataset.label ?? key;

let byKey = false; // opened for one key, and closed after it

/** Show that the next key names an annotation, or that it does not. */
export function armed(on) {
  if (!field) return;
  field.classList.toggle("armed", on);
  if (on && !field.open) byKey = field.open = true;
  else if (!on && byKey) byKey = field.open = false;
}

// Open, they cover what is below: who goes on there closes them.
for (const type of ["pointerdown", "focusin"]) {
  document.addEventListener(type, ({ target }) => {
    if (field?.open && !byKey && !field.contains(target)) field.open = false;
  });
}
field?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !field.open) return;
  event.stopPropagation();
  field.open = false;
  field.querySelector("summary").focus();
});
field?.addEventListener("change", tell);
tell();
