// Findings by keyboard: keys count only while something of a row has the focus, so that nobody
// decides by a slip of the finger elsewhere.

const boxes = () => [...document.querySelectorAll("[data-finding]")];

function step(from, by) {
  const all = boxes();
  const next = all[all.indexOf(from) + by];
  if (!next) return;
  next.focus();
  next.closest(".finding").scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.closest?.(".finding");
  const box = row?.querySelector("[data-finding]");
  if (!box) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") step(box, key === "j" ? 1 : -1);
  else if (key === "x") box.click();
  else {
    const button = row.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});

const all = document.getElementById("all-findings");
all?.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
});

const allPrompts = document.getElementById("all-prompts");
allPrompts?.addEventListener("change", () => {
  for (const box of document.querySelectorAll(".prompt-tick")) box.checked = allPrompts.checked;
});
