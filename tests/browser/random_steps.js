// Random steps on the ranking's pure core; returns what went wrong, at most five of it.
async () => {
  const r = await import("/static/js/ranking_state.js");
  let seed = 7;
  const draw = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
  const sign = (x) => Math.sign(x);
  const faults = [];
  for (let round = 0; round < 300; round++) {
    const k = 4 + draw(6);
    let history = r.history(r.blank(k));
    const seen = [history.now];
    for (let n = 0; n < 25; n++) {
      const before = history.now, index = draw(k), slot = draw(k + 1);
      const insert = slot > 0 && draw(2);
      const after = insert ? r.insert(before, index, slot) : r.place(before, index, slot);
      if (after.slots.some((s) => !Number.isInteger(s) || s < 0 || s > k)) faults.push(["range", before, after]);
      if (insert && r.inSlot(after, after.slots[index]).length !== 1) faults.push(["alone", before, after]);
      for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) {
        if (a === index || b === index) continue;
        if (sign(before.slots[a] - before.slots[b]) !== sign(after.slots[a] - after.slots[b])) faults.push(["order", before, after]);
        if ((before.slots[a] === 0) !== (after.slots[a] === 0)) faults.push(["pool", before, after]);
      }
      if ([...r.listed(after)].sort((a, b) => a - b).some((v, i) => v !== i)) faults.push(["lost", after]);
      const next = r.step(history, after);
      if (next !== history) seen.push(after);
      history = next;
    }
    while (seen.length) {
      if (history.now !== seen.pop()) faults.push(["undo"]);
      history = r.undo(history);
    }
  }
  return faults.slice(0, 5);
}
