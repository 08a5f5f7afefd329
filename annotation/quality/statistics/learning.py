"""How a labeler's agreement moves with what they have done."""

import numpy as np

from annotation.quality.statistics.arrays import Ints

LAST = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)
"""The last submission of each stretch: early ones are short, as most is learnt there."""


def submission_numbers(person: Ints, order: Ints) -> Ints:
    """Which submission of their own each is, from 1. person: (n,); order: (n,) what came first."""
    by_person = np.lexsort((order, person))
    starts = np.flatnonzero(np.r_[True, np.diff(person[by_person]) != 0])
    sizes = np.diff(np.r_[starts, len(person)])
    numbers = np.empty(len(person), dtype=np.int64)
    numbers[by_person] = np.arange(len(person)) - np.repeat(starts, sizes) + 1 if len(person) else 0
    return numbers


def stretch_of(numbers: Ints) -> Ints:
    """The index in LAST of the stretch that each submission is of; len(LAST) past the last."""
    return np.searchsorted(LAST, numbers, side="left")


def stretch_ends(stretch: int) -> tuple[int, int | None]:
    """The first and last submission of a stretch; None where it has no end."""
    first = LAST[stretch - 1] + 1 if stretch else 1
    return first, LAST[stretch] if stretch < len(LAST) else None
