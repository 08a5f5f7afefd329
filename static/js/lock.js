// While something is on its way to the server the page stays as it was sent: what is changed
// meanwhile would be lost with it.

/** `parts()`: what can be changed; `told` shows `words` meanwhile, and has a screen reader say them. */
export function lock({ parts, told, words }) {
  let locked = null;
  let focused = null;

  // No key does anything on the page, and no dialog opens or closes.
  for (const type of ["keydown", "click"]) {
    window.addEventListener(type, (event) => locked && event.stopImmediatePropagation(), { capture: true });
  }

  return {
    held: () => locked !== null,
    begin() {
      if (locked) return;
      locked = parts();
      focused = document.activeElement;
      focused?.blur();
      for (const part of locked) part.inert = true;
      told.textContent = words;
    },
    end() {
      if (!locked) return;
      for (const part of locked) part.inert = false;
      locked = null;
      told.textContent = "";
      focused?.focus({ preventScroll: true });
    },
  };
}
