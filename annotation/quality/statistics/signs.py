"""Rankings as signs of pairs: what agreement, tau and the biases are counted from."""

import numpy as np

from annotation.quality.statistics.arrays import Bools, Floats, Signs


def pair_signs(values: Floats, present: Bools) -> Signs:
    """The sign of values[:, i] - values[:, j] for all i < j; 0 too where either is not present.

    values, present: (n, k). Returns (n, k (k - 1) / 2), columns in the order of
    itertools.combinations(range(k), 2).
    """
    first, second = np.triu_indices(values.shape[1], 1)
    known = np.where(present, values, 0.0)
    signs: Signs = np.sign(known[:, first] - known[:, second]).astype(np.int8)
    signs[~(present[:, first] & present[:, second])] = 0
    return signs


def pair_present(present: Bools) -> Bools:
    """Which pairs of columns are both present: (n, k) -> (n, k (k - 1) / 2), as pair_signs."""
    first, second = np.triu_indices(present.shape[1], 1)
    return present[:, first] & present[:, second]


def mid_ranks(values: Floats, present: Bools) -> Floats:
    """Ranks from 1 of each row's present values, where equal ones share the mean of their places.

    values, present: (n, k). Returns (n, k), 0 where not present.
    """
    known = np.where(present, values, np.inf)
    smaller = (known[:, :, None] > known[:, None, :]).sum(axis=2)
    equal = (known[:, :, None] == known[:, None, :]).sum(axis=2)
    return np.where(present, smaller + (equal + 1) / 2, 0.0)


def tie_sums(values: Floats, present: Bools) -> tuple[Floats, Floats]:
    """Over each row's groups of t equal values: the sums of t^3 - t, and of t (t - 1) (2 t + 5).

    values, present: (n, k). Returns two (n,).
    """
    known = np.where(present, values, np.inf)
    size = (known[:, :, None] == known[:, None, :]).sum(axis=2).astype(float)
    # Each of the t members adds its share of the group.
    cubes = np.where(present, size**2 - 1, 0.0).sum(axis=1)
    variances = np.where(present, (size - 1) * (2 * size + 5), 0.0).sum(axis=1)
    return cubes, variances
