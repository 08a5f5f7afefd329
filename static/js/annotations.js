// What is said of the prompt: boxes above the answers, and above the editor of a demonstration.
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
}

/** Keys that the project asks for, of those given: what was kept may be of an older rubric. */
export const known = (keys) => boxes.map((box) => box.value).filter((key) => keys?.includes?.(key));

export const label = (key) => boxes.find((box) => box.value === key)?.dataset.label ?? key;

/** Show that the next key names an annotation, or that it does not. */
export function armed(on) {
  field?.classList.toggle("armed", on);
}
