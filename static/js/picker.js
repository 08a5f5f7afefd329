// A row of buttons that give an answer a rank: for fingers, and beside two compared answers.

/** `choose(slot)` is called with 1..k, or 0 for the one that takes the rank away. */
export function picker(k, choose) {
  const row = document.createElement("div");
  row.className = "picker";
  row.role = "group";
  for (let slot = 1; slot <= k + 1; slot += 1) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.rank = slot % (k + 1); // the last one is 0
    button.textContent = slot > k ? "×" : slot;
    button.addEventListener("click", () => choose(Number(button.dataset.rank)));
    row.append(button);
  }
  return {
    row,
    /** Name the answer whose rank these buttons give, and mark the one it has. */
    show(letter, slot) {
      row.ariaLabel = `Rank of answer ${letter}`;
      for (const button of row.children) {
        const rank = Number(button.dataset.rank);
        button.ariaLabel = rank ? `Give answer ${letter} rank ${rank}` : `Take answer ${letter}'s rank away`;
        if (rank) button.ariaPressed = String(rank === slot);
        else button.disabled = !slot;
      }
    },
  };
}
