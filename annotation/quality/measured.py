"""What all parts of the report read: every two rankings of a task, compared once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.quality.columns import Rankings
from annotation.quality.statistics.agreement import Compared, compare, comparisons, tau_b, total
from annotation.quality.statistics.arrays import Bools, Floats, Ints, Signs
from annotation.quality.statistics.bootstrap import bootstrap_rate
from annotation.quality.statistics.intervals import wilson
from annotation.quality.statistics.signs import pair_present, pair_signs

MANY, FEW = 1000, 400
"""Resamples of the figures of a whole project, and of a part of it."""


@dataclass(frozen=True)
class Measured:
    """signs: (n, pairs) of the ranks; first, second: (m,) rows of rankings, and what their
    comparison counts; tau: (m,); task: (m,) of each comparison, the cluster of its pairs;
    training: (m,) both are of labelers who train."""

    rankings: Rankings
    ranks: Floats
    signs: Signs
    first: Ints
    second: Ints
    compared: Compared
    tau: Floats
    task: Ints
    training: Bools

    def of_labeler(self, labeler: int) -> Bools:
        """(m,): their rankings, compared with those of others who train."""
        who, heldout = self.rankings.labeler, self.rankings.heldout
        one, other = who[self.first], who[self.second]
        theirs: Bools = ((one == labeler) & ~heldout[other]) | ((other == labeler) & ~heldout[one])
        return theirs


def measure(rankings: Rankings) -> Measured:
    # Who finds no answer acceptable tells none from another, as where overlap is raised.
    ranks = np.where(rankings.acceptable[:, None], rankings.ranks, 1.0)
    signs = pair_signs(ranks, rankings.present)
    first, second = comparisons(rankings.task)
    compared = compare(signs, pair_present(rankings.present), first, second)
    trains = ~rankings.heldout[rankings.labeler]
    return Measured(
        rankings=rankings,
        ranks=ranks,
        signs=signs,
        first=first,
        second=second,
        compared=compared,
        tau=tau_b(compared),
        task=rankings.task[first],
        training=trains[first] & trains[second],
    )


def figure(value: float) -> float | None:
    """JSON has no nan."""
    return None if np.isnan(value) else float(value)


def agreement_row(measured: Measured, where: Bools, resamples: int = FEW) -> dict[str, Any]:
    """Agreement over the comparisons `where` (m,) is true, with both intervals.

    rate: of the pairs that both ordered those ordered alike, which is InstructGPT's 72.6 +- 1.5 %;
    low, high: its bootstrap, clustered by task; wilson_low, wilson_high: as if pairs were
    independent. None where nothing was ordered by two.
    """
    counts = total(measured.compared, where)
    row: dict[str, Any] = {
        "comparisons": int(where.sum()),
        "pairs": counts.pairs,
        "ordered": counts.ordered,
        "alike": counts.alike,
        "both_tied": counts.both_tied,
        **dict.fromkeys(("rate", "low", "high", "wilson_low", "wilson_high", "tau")),
        "tied": counts.tied if counts.pairs else None,
        "with_ties": counts.with_ties if counts.pairs else None,
    }
    if counts.ordered:
        compared = measured.compared
        drawn = bootstrap_rate(
            compared.alike[where],
            compared.ordered[where],
            measured.task[where],
            resamples=resamples,
        )
        score = wilson(successes=counts.alike, trials=counts.ordered)
        row.update(rate=counts.rate, low=drawn.low, high=drawn.high)
        row.update(wilson_low=score.low, wilson_high=score.high)
        row["tau"] = mean_of(measured.tau[where])
    return row


def mean_of(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
