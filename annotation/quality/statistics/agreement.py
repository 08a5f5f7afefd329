"""How far two rankings agree, for many pairs of rankings at once.

What a rate is says annotation.feedback.agreement; here only its counts are made faster.
"""

from dataclasses import dataclass

import numpy as np

from annotation.feedback.agreement import Agreement
from annotation.quality.statistics.arrays import Bools, Floats, Ints, Signs

CHUNK = 100_000


@dataclass(frozen=True)
class Compared:
    """m comparisons of two rankings of the same answers, each count (m,).

    The first four as Agreement has them; `first_ordered`, `second_ordered`: pairs that the one and
    the other did not tie.
    """

    pairs: Ints
    ordered: Ints
    alike: Ints
    both_tied: Ints
    first_ordered: Ints
    second_ordered: Ints


def compare(signs: Signs, present: Bools, first: Ints, second: Ints) -> Compared:
    """Compare rankings first[i] and second[i] for each i.

    signs, present: (n, pairs) as pair_signs and pair_present give them; first, second: (m,) rows.
    """
    counts = np.zeros((6, len(first)), dtype=np.int64)
    for start in range(0, len(first), CHUNK):
        here = slice(start, start + CHUNK)
        one, other = signs[first[here]], signs[second[here]]
        both = present[first[here]] & present[second[here]]
        product = one * other
        product[~both] = 0
        counts[:, here] = [
            both.sum(axis=1),
            (product != 0).sum(axis=1),
            (product > 0).sum(axis=1),
            (both & (one == 0) & (other == 0)).sum(axis=1),
            (both & (one != 0)).sum(axis=1),
            (both & (other != 0)).sum(axis=1),
        ]
    return Compared(*counts)


def total(compared: Compared, where: Bools | None = None) -> Agreement:
    """All comparisons as one Agreement, or those `where` (m,) is true."""
    wanted = slice(None) if where is None else where
    return Agreement(
        pairs=int(compared.pairs[wanted].sum()),
        ordered=int(compared.ordered[wanted].sum()),
        alike=int(compared.alike[wanted].sum()),
        both_tied=int(compared.both_tied[wanted].sum()),
    )


def tau_b(compared: Compared) -> Floats:
    """Kendall's tau-b of each comparison (Kendall 1970, section 3.4): (m,).

    (concordant - discordant) / sqrt(pairs the first orders * pairs the second orders);
    nan where either ties everything.
    """
    product = (compared.first_ordered * compared.second_ordered).astype(float)
    against = compared.ordered - compared.alike
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(product > 0, (compared.alike - against) / np.sqrt(product), np.nan)


def comparisons(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of rows that have the same group: two (m,) of row numbers, first < second.

    group: (n,).
    """
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    sizes = np.diff(np.r_[starts, len(group)]) if len(group) else np.zeros(0, dtype=np.int64)
    firsts, seconds = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        i, j = np.triu_indices(int(size), 1)
        firsts.append(rows[:, i].ravel())
        seconds.append(rows[:, j].ravel())
    return np.concatenate(firsts), np.concatenate(seconds)
