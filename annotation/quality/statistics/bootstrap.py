"""Intervals of a rate whose trials come in clusters."""

import numpy as np

from annotation.quality.statistics.arrays import Ints
from annotation.quality.statistics.intervals import Rate

RESAMPLES = 1000


def bootstrap_rate(
    part: Ints, whole: Ints, cluster: Ints, *, resamples: int = RESAMPLES, seed: int = 0
) -> Rate:
    """sum(part) / sum(whole) with the 2.5 % and 97.5 % quantiles over resampled clusters.

    part, whole, cluster: (m,). The pairs of one task are no independent trials, so whole tasks are
    drawn, with replacement, as many as there are (Efron and Tibshirani 1993, section 8.3; Field and
    Welsh 2007). Clusters of equal sums are interchangeable, so how often each *kind* is drawn is
    one multinomial draw, whatever the number of clusters.
    Raises ValueError where whole sums to nothing.
    """
    if whole.sum() < 1:
        raise ValueError("There was no trial: no rate.")
    _, index = np.unique(cluster, return_inverse=True)
    parts = np.bincount(index, weights=part).astype(np.int64)
    wholes = np.bincount(index, weights=whole).astype(np.int64)
    some = wholes > 0
    kinds, count = np.unique(np.stack([parts[some], wholes[some]]), axis=1, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(count.sum(), count / count.sum(), resamples)
    rates = (drawn @ kinds[0]) / (drawn @ kinds[1])
    low, high = np.quantile(rates, [0.025, 0.975])
    return Rate(rate=float(part.sum() / whole.sum()), low=float(low), high=float(high))
