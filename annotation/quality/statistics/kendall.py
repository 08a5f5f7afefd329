"""Kendall's W: how far several people rank the same answers alike."""

import numpy as np

from annotation.quality.statistics.arrays import Bools, Floats, Ints
from annotation.quality.statistics.signs import mid_ranks, tie_sums


def kendall_w(values: Floats, present: Bools, group: Ints, groups: int) -> Floats:
    """The coefficient of concordance of each group of rankings, corrected for ties: (groups,).

    values, present: (n, k); all rankings of a group rank the same answers. group: (n,) from 0.
    W = 12 S / (m^2 (k^3 - k) - m sum T), where S sums the squared deviations of the answers' rank
    sums from their mean, m people rank k answers, and T = sum of t^3 - t over a ranking's ties
    (Kendall 1970, equation 6.8; Siegel 1956, equation 9.16). nan with fewer than two rankings, and
    where each ties all.
    """
    ranks = mid_ranks(values, present)
    people = np.bincount(group, minlength=groups).astype(float)
    ties = np.bincount(group, weights=tie_sums(values, present)[0], minlength=groups)
    sums = np.stack(
        [np.bincount(group, weights=column, minlength=groups) for column in ranks.T], axis=1
    )
    answers = np.zeros(groups)
    answers[group] = present.sum(axis=1)
    ranked = sums > 0
    mean = people * (answers + 1) / 2
    squares = np.where(ranked, (sums - mean[:, None]) ** 2, 0.0).sum(axis=1)
    most = people**2 * (answers**3 - answers) - people * ties
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((people > 1) & (most > 0), 12 * squares / most, np.nan)
