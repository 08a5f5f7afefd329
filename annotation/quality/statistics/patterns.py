"""Items about which the same people said the same: one stands for all of them."""

import numpy as np

from annotation.quality.statistics.arrays import Floats, Ints


def item_patterns(item: Ints, code: Ints, *, items: int, codes: int) -> tuple[Ints, Floats]:
    """One item of each pattern, and how many items have it: two (patterns,).

    item, code: (m,) from 0, what was said of each item as a number (who and what), in any order.
    Patterns are told apart by a sum of random 64-bit numbers, one a code: that two of a million
    patterns are taken for one has a chance of 3 in a hundred million.
    """
    words = np.random.default_rng(0).integers(0, 2**64, codes, dtype=np.uint64)
    keys = np.zeros(items, dtype=np.uint64)
    np.add.at(keys, item, words[code])
    said = np.unique(item)
    _, first, count = np.unique(keys[said], return_index=True, return_counts=True)
    return said[first], count.astype(float)
