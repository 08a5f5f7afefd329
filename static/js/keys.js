// Keys of a page: what has data-key="x" is pressed by x.

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !isCommand(event)) return;
  const opener = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
  if (!opener) return;
  event.preventDefault();
  opener.click();
});

/** True for a plain key that is meant for the page: not typed into a field, no dialog in front. */
export function isCommand(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || openDialog()) return false;
  const typing = "textarea, select, input:not([type=checkbox], [type=radio])";
  return !event.target.closest?.(typing);
}

export function openDialog() {
  return document.querySelector("dialog[open]");
}
