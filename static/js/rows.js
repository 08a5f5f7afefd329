// Lists of rows in a form. Without this script the last row is empty and a cleared row is dropped;
// with it rows are added and removed by buttons.
"use strict";

function enhance(list) {
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const blank = rows().at(-1).cloneNode(true);
  for (const button of list.querySelectorAll("[data-row-add], [data-row-remove]")) button.hidden = false;
  blank.querySelector("[data-row-remove]").hidden = false;
  list.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-row-remove]");
    if (remove) {
      const row = remove.closest("[data-row]");
      const next = row.nextElementSibling;
      row.remove();
      (next?.querySelector("input") ?? next)?.focus();
    } else if (event.target.closest("[data-row-add]")) {
      const row = blank.cloneNode(true);
      list.querySelector("[data-row-add]").before(row);
      row.querySelector("input").focus();
    }
  });
}

document.querySelectorAll("[data-rows]").forEach(enhance);
