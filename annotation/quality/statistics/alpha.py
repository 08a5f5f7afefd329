"""Krippendorff's alpha and Fleiss' kappa, of how often each unit was given each value."""

from typing import Literal

import numpy as np

from annotation.quality.statistics.arrays import Floats, Ints

Metric = Literal["nominal", "ordinal"]


def value_counts(unit: Ints, value: Ints, *, units: int, values: int) -> Floats:
    """How many gave each unit each value. unit, value: (m,) from 0. Returns (units, values)."""
    counts = np.bincount(unit * values + value, minlength=units * values)
    return counts.reshape(units, values).astype(float)


def krippendorff_alpha(counts: Floats, metric: Metric) -> float:
    """1 - observed / expected disagreement; units that fewer than two judged are left out.

    counts: (units, values), the values in their order where the metric is ordinal. From the matrix
    of coincidences, as Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C;
    the ordinal metric is its delta^2_ck = (sum of n_g for g from c to k - (n_c + n_k) / 2)^2.
    nan where nothing varies: then chance cannot be told from agreement.
    """
    judged = counts.sum(axis=1)
    paired = counts[judged > 1]
    weighted = paired / (judged[judged > 1] - 1)[:, None]
    coincidences = weighted.T @ paired - np.diag(weighted.sum(axis=0))
    margins = coincidences.sum(axis=1)
    everything = margins.sum()
    distance = _distance(margins, metric)
    expected = (np.outer(margins, margins) * distance).sum()
    if not expected:
        return float("nan")
    return float(1 - (everything - 1) * (coincidences * distance).sum() / expected)


def _distance(margins: Floats, metric: Metric) -> Floats:
    if metric == "nominal":
        return 1.0 - np.eye(len(margins))
    middle = np.cumsum(margins) - margins / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=float)


def fleiss_kappa(counts: Floats) -> float:
    """(P - P_e) / (1 - P_e), P the mean over units of the share of pairs of people who agree.

    counts: (units, values). Fleiss 1971, equations 1-6, for any number of people a unit: P_e comes
    of the values' shares of all judgments. Units that fewer than two judged are left out; nan where
    everybody always says the same.
    """
    judged = counts.sum(axis=1)
    paired, people = counts[judged > 1], judged[judged > 1]
    if not len(paired):
        return float("nan")
    agreed = ((paired**2).sum(axis=1) - people) / (people * (people - 1))
    chance = ((paired.sum(axis=0) / people.sum()) ** 2).sum()
    return float((agreed.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")
