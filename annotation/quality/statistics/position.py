"""Whether the place at which an answer was shown predicts its rank."""

from dataclasses import dataclass

import numpy as np

from annotation.quality.statistics.arrays import Bools, Floats, Signs
from annotation.quality.statistics.intervals import Z_95
from annotation.quality.statistics.signs import tie_sums


@dataclass(frozen=True)
class Shown:
    """Of n rankings, each (n,): Kendall's S between place and rank, its variance if the order shown
    was random, and tau-b (nan where all were tied)."""

    score: Floats
    variance: Floats
    tau: Floats


@dataclass(frozen=True)
class PositionBias:
    """tau: the mean tau-b, positive where what is shown first is ranked better, and its 95 %
    interval; z: the sum of S over its standard deviation under random orders."""

    rankings: int
    tau: float
    low: float
    high: float
    z: float


def shown_measure(places: Signs, ranks: Signs, values: Floats, present: Bools) -> Shown:
    """places, ranks: (n, pairs) signs of the places (never tied) and of the ranks; values, present:
    (n, k) the ranks themselves.

    As the order shown is drawn anew for each, the permutation distribution of S is exact:
    Var S = (k (k - 1) (2 k + 5) - sum of t (t - 1) (2 t + 5)) / 18 (Kendall 1970, equation 4.4,
    where one of the two rankings has no ties).
    """
    score = (places.astype(np.int64) * ranks).sum(axis=1).astype(float)
    k = present.sum(axis=1).astype(float)
    variance = (k * (k - 1) * (2 * k + 5) - tie_sums(values, present)[1]) / 18
    ordered = (ranks != 0).sum(axis=1) * (places != 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = np.where(ordered > 0, score / np.sqrt(ordered), np.nan)
    return Shown(score, variance, tau)


def position_bias(shown: Shown, where: Bools) -> PositionBias | None:
    """The bias over the rankings `where` (n,) is true; None where all of them tie all."""
    tau = shown.tau[where & ~np.isnan(shown.tau)]
    spread = float(np.sqrt(shown.variance[where].sum()))
    if not len(tau) or not spread:
        return None
    half = Z_95 * float(tau.std(ddof=1)) / np.sqrt(len(tau)) if len(tau) > 1 else 1.0
    mean = float(tau.mean())
    z = float(shown.score[where].sum()) / spread
    return PositionBias(len(tau), mean, float(mean - half), float(mean + half), z)
