"""How far a ranking agrees with the gold. Pure."""

from collections.abc import Sequence
from math import sqrt

from annotation.feedback.agreement import agreement

Ranks = Sequence[int]


def pairs_agreement(said: Ranks, gold: Ranks) -> float:
    """Share of pairs ordered as the gold orders them; a tie by one of the two counts half.

    `said[i]` and `gold[i]` are ranks of the same answer, 1 is best.
    """
    return agreement([(said, gold)]).with_ties


def tau_b(said: Ranks, gold: Ranks) -> float | None:
    """Kendall's tau-b (Kendall 1945): (C - D) / sqrt((n - n1) (n - n2)), of n pairs, of which n1
    are tied in `said` and n2 in `gold`. None where one of the two ties all.
    """
    found = agreement([(said, gold)])
    untied_said = agreement([(said, said)]).ordered
    untied_gold = agreement([(gold, gold)]).ordered
    if not untied_said or not untied_gold:
        return None
    return (2 * found.alike - found.ordered) / sqrt(untied_said * untied_gold)


def flags_agreement(
    said: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], keys: Sequence[str]
) -> float | None:
    """Share of (answer, flag) cells on which both say the same, of the flags `keys`.

    None where there is no flag to compare.
    """
    cells = len(gold) * len(keys)
    if not cells:
        return None
    alike = sum(
        (key in mine) == (key in right)
        for mine, right in zip(said, gold, strict=True)
        for key in keys
    )
    return alike / cells
