// The pairs of a few-shot prompt: rows of a query and its response, added and removed.
import { gettext, interpolate } from "./i18n.js";

/** `root` holds the rows; `changed` is called when a row came or went. Null where there is no root. */
export function pairs(root, changed) {
  if (!root) return null;
  const { fewest, most } = root.closest("form").dataset;
  const template = document.getElementById("pair");
  const add = document.getElementById("pair-add");
  const rows = () => [...root.querySelectorAll("[data-pair]")];
  const field = (row, name) => row.querySelector(`[name=${name}]`);
  const filled = (row, name) => field(row, name).value.trim() !== "";

  function append({ query, response } = {}) {
    const row = template.content.cloneNode(true).querySelector("[data-pair]");
    field(row, "query").value = typeof query === "string" ? query : "";
    field(row, "response").value = typeof response === "string" ? response : "";
    root.append(row);
    return row;
  }

  function draw() {
    rows().forEach((row, index) => (row.querySelector("[data-number]").textContent = index + 1));
    for (const row of rows()) row.querySelector("[data-pair-remove]").hidden = rows().length <= Number(fewest);
    add.disabled = rows().length >= Number(most);
  }

  add.addEventListener("click", () => {
    if (add.disabled) return;
    const row = append();
    draw();
    changed();
    field(row, "query").focus();
  });
  root.addEventListener("click", (event) => {
    const row = event.target.closest("[data-pair-remove]")?.closest("[data-pair]");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    draw();
    changed();
    field(next, "query").focus();
  });
  draw();

  return {
    read: () => rows().map((row) => ({ query: field(row, "query").value, response: field(row, "response").value })),
    write(kept) {
      rows().forEach((row) => row.remove());
      for (const each of kept) append(each ?? {});
      while (rows().length < Number(fewest)) append();
      draw();
    },
    /** What is still to be done, in words, and the field where. */
    gap() {
      for (const [index, row] of rows().entries()) {
        const [query, response] = ["query", "response"].map((name) => filled(row, name));
        if (query && !response) return [interpolate(gettext("Pair %(number)s has no response."), { number: index + 1 }), field(row, "response")];
        if (response && !query) return [interpolate(gettext("Pair %(number)s has no query."), { number: index + 1 }), field(row, "query")];
      }
      const blank = rows().find((row) => !filled(row, "query"));
      const whole = rows().filter((row) => filled(row, "query")).length;
      return whole < Number(fewest) ? [interpolate(gettext("Give at least %(fewest)s pairs."), { fewest }), blank ? field(blank, "query") : add] : null;
    },
  };
}
