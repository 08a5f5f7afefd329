// What a ranking page shows, as a reader finds it; answers in the order of their letters.
() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    prompt: all(".conversation .turn .prose").map((each) => each.textContent).join(" "),
    annotations: all("#annotations input").map((box) => box.value),
    held: all("#annotations input:checked").map((box) => box.value),
    flags: all("[data-flag]").filter((box) => !box.parentElement.hidden).map((box) => box.dataset.flag),
    labels: Object.fromEntries(all("[data-flag]").map((box) => [box.dataset.flag, box.dataset.label])),
    signs: Object.fromEntries(
      all("[data-flag]").map((box) => [box.dataset.flag, box.parentElement.querySelector("kbd").textContent.slice(-1)])),
    note: document.getElementById("note").value,
    none: !document.getElementById("none-note").hidden,
    answers: all(".card").sort((a, b) => a.dataset.index - b.dataset.index).map((card) => ({
      text: card.querySelector(".card-text").textContent,
      slot: Number(card.closest(".cards").dataset.slot),
      likert: Number(card.querySelector(".card-state").textContent.match(/(\d) of 7/)?.[1]) || null,
      flags: card.querySelector(".card-flags").textContent.split(" · ").filter(Boolean),
    })),
  };
}
