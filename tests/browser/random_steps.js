// Random steps on the ranking's pure core and its rules; returns what went wrong, at most five of it.
async () => {
  const r = await import("/static/js/ranking_state.js");
  const rule = await import("/static/js/ranking_rules.js");
  let seed = 7;
  const draw = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
  const sign = (x) => Math.sign(x);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const rules = { only: { made_up: ["closed"], moral: ["asks", "unclear"], fails: [] }, likertRequired: true, strength: "required", severity: "never" };
  const flags = Object.keys(rules.only), annotations = ["closed", "asks", "unclear"];
  const faults = [];
  const check = (holds, ...what) => holds || faults.push(what);

  /** Ranks: nobody else's order changes, nobody is lost, and who is put in alone is alone. */
  function moves(before, index, slot) {
    const k = before.slots.length;
    const insert = slot > k || (slot > 0 && draw(2));
    const after = insert ? r.insert(before, index, slot) : r.place(before, index, slot);
    check(after.slots.every((s) => Number.isInteger(s) && s >= 0 && s <= k), "range", before, after);
    if (insert) check(r.inSlot(after, after.slots[index]).length === 1, "alone", before, after);
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) {
      if (insert && a === index && before.slots[b] && b !== a) check((before.slots[b] < slot) === (after.slots[b] < after.slots[a]), "between", before, after);
      if (a === index || b === index) continue;
      check(sign(before.slots[a] - before.slots[b]) === sign(after.slots[a] - after.slots[b]), "order", before, after);
      check((before.slots[a] === 0) === (after.slots[a] === 0), "pool", before, after);
    }
    check([...r.listed(after)].sort((a, b) => a - b).every((v, i) => v === i), "lost", after);
    return after;
  }

  function act(state) {
    const k = state.slots.length, index = draw(k);
    const acts = [
      () => r.score(state, index, 1 + draw(7)),
      () => r.flag(state, index, flags[draw(3)]),
      () => r.annotate(state, annotations[draw(3)]),
      () => r.weigh(state, draw(4)),
      () => (draw(4) ? state : r.toggleNone(state)),
      () => r.nudge(state, index, draw(2) ? 1 : -1),
    ];
    const which = draw(12);
    return which < acts.length ? acts[which]() : moves(state, index, draw(k + 2));
  }

  /** What holds of every state that the page ever shows. */
  function lawful(before, after) {
    for (const keys of after.flags) check(keys.every((key) => rule.applies(rules, key, after.annotations)), "flag", after);
    const contest = rule.contest(after);
    if (after.strength !== null) check(contest !== null, "strength of nothing", after);
    if (after.strength !== null && before.strength === after.strength) check(same(contest, rule.contest(before)), "strength of another", before, after);
    if (contest) {
      check(after.slots.every((slot, i) => slot > 0 && (i === contest.best || slot > after.slots[contest.best])), "best", after);
      check(contest.next.length > 0 && !contest.next.includes(contest.best), "next", after);
    }
    const missing = rule.missing(after, rules);
    if (missing) check(missing.answers.length > 0, "nothing missing", after);
    else check((after.none || !after.slots.includes(0)) && !after.likert.includes(null), "missing", after);
    check(same(rule.fit(after, rules), after), "unfit", after);
  }

  /** What is kept undoes and redoes the same, as far as it reaches, and around no other state. */
  function reload(history) {
    const kept = JSON.parse(JSON.stringify(r.bounded(history, 10)));
    const shown = { ...history.now, flags: history.now.flags.map((keys) => [...keys].reverse()), annotations: [...history.now.annotations].reverse() };
    for (const [travel, side] of [[r.undo, "past"], [r.redo, "future"]]) {
      let [one, other] = [history, r.revived(kept, shown)];
      check(other[side].length === Math.min(10, history[side].length), "kept", side);
      while (other[side].length) {
        [one, other] = [travel(one), travel(other)];
        check(same(one.now, other.now), "kept", side, one.now, other.now);
      }
    }
    const elsewhere = r.revived(kept, r.score(shown, 0, shown.likert[0] === 1 ? 2 : 1));
    check(!elsewhere.past.length && !elsewhere.future.length, "revived around another");
  }

  for (let round = 0; round < 300; round++) {
    let history = r.history(r.blank(4 + draw(6)));
    const seen = [history.now];
    for (let n = 0; n < 40; n++) {
      const before = history.now;
      const after = rule.settle(before, act(before), rules);
      lawful(before, after);
      const next = r.step(history, after);
      if (next !== history) seen.push(after);
      else check(same(after, before), "no step", before, after);
      history = next;
    }
    const last = history;
    const undone = [...seen];
    while (undone.length) {
      check(history.now === undone.pop(), "undo");
      history = r.undo(history);
      if (undone.length === 15) reload(history);
    }
    for (const state of seen.slice(1)) {
      history = r.redo(history);
      check(history.now === state, "redo");
    }
    check(same(history, last), "back");
    reload(last);
  }
  return faults.slice(0, 5);
}
