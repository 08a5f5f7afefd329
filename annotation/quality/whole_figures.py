"""Figures of a whole project: concordance, alpha, flags, use cases, weeks, the matrix."""

from typing import Any

import numpy as np

from annotation.quality.columns import Rankings
from annotation.quality.measured import MANY, Measured, agreement_row, figure, mean_of
from annotation.quality.statistics.alpha import fleiss_kappa, krippendorff_alpha, value_counts
from annotation.quality.statistics.arrays import Bools, Floats, Ints
from annotation.quality.statistics.dawid_skene import dawid_skene
from annotation.quality.statistics.kendall import kendall_w
from annotation.quality.statistics.patterns import item_patterns

SMOOTHING = 0.5
"""Jeffreys' prior on what a labeler says of a class: who met it twice may still err."""


def agreement_figures(measured: Measured) -> dict[str, Any]:
    """Of training labelers with each other, of held-out ones with each other, and between them."""
    heldout = measured.rankings.heldout[measured.rankings.labeler]
    both = heldout[measured.first] & heldout[measured.second]
    either = heldout[measured.first] ^ heldout[measured.second]
    return {
        "training": agreement_row(measured, measured.training, MANY),
        "heldout": agreement_row(measured, both, MANY),
        "between": agreement_row(measured, either, MANY),
    }


def concordance_figures(rankings: Rankings) -> dict[str, Any]:
    """Over training labelers: alpha of ranks and of ratings, and the mean W of tasks."""
    trains = ~rankings.heldout[rankings.labeler]
    _, task = np.unique(rankings.task, return_inverse=True)
    ranked = trains & rankings.acceptable
    w = np.zeros(0)
    if ranked.any():
        _, group = np.unique(task[ranked], return_inverse=True)
        w = kendall_w(rankings.ranks[ranked], rankings.present[ranked], group, int(group.max()) + 1)
    return {
        "alpha_ranks": _alpha(rankings.ranks, rankings.present & ranked[:, None], task),
        "alpha_likert": _alpha(rankings.likert, (rankings.likert > 0) & trains[:, None], task),
        "w": mean_of(w),
        "w_tasks": int((~np.isnan(w)).sum()),
    }


def _alpha(values: Floats | Ints, known: Bools, task: Ints) -> float | None:
    """Ordinal; a unit is an answer of a task, values are whole numbers from 1."""
    if not known.any():
        return None
    row, column = np.nonzero(known)
    most = int(values[known].max())
    units = (int(task.max()) + 1) * known.shape[1]
    unit = task[row] * known.shape[1] + column
    said = values[row, column].astype(np.int64) - 1
    return figure(krippendorff_alpha(value_counts(unit, said, units=units, values=most), "ordinal"))


def flag_figures(rankings: Rankings) -> list[dict[str, Any]]:
    """Each flag's kappa, alpha, and what Dawid and Skene's model says of it and of labelers.

    Over training labelers. prevalence: the share of answers that truly have it; of each labeler,
    `catches`: how probably they flag what has it, `false_alarms`: what has not.
    """
    trains = ~rankings.heldout[rankings.labeler]
    row, column = np.nonzero(rankings.present & trains[:, None])
    if not len(row):
        return []
    _, task = np.unique(rankings.task, return_inverse=True)
    k = rankings.present.shape[1]
    units = (int(task.max()) + 1) * k
    unit, who = task[row] * k + column, rankings.labeler[row]
    shared = np.bincount(unit, minlength=units)[unit] > 1
    return [
        {
            "flag": key,
            "flagged": int(flags[row, column].sum()),
            "judgments": len(row),
            **_flag(unit[shared], who[shared], flags[row, column][shared], units, rankings),
        }
        for key, flags in zip(rankings.flag_keys, rankings.flags, strict=True)
    ]


def _flag(unit: Ints, who: Ints, flagged: Bools, units: int, rankings: Rankings) -> dict[str, Any]:
    said = flagged.astype(np.int64)
    counts = value_counts(unit, said, units=units, values=2)
    figures: dict[str, Any] = {
        "kappa": figure(fleiss_kappa(counts)),
        "alpha": figure(krippendorff_alpha(counts, "nominal")),
        "prevalence": None,
        "labelers": [],
    }
    if not flagged.any():
        return figures
    people = len(rankings.labelers)
    kept, weight = item_patterns(unit, who * 2 + said, items=units, codes=2 * people)
    place = np.full(units, -1)
    place[kept] = np.arange(len(kept))
    here = place[unit] >= 0
    found = dawid_skene(
        place[unit[here]],
        who[here],
        said[here],
        shape=(len(kept), people, 2),
        weight=weight,
        smoothing=SMOOTHING,
    )
    met = np.bincount(who, minlength=people)
    figures["prevalence"] = float(found.marginals[1])
    figures["labelers"] = [
        {
            "labeler": rankings.labelers[k],
            "judgments": int(met[k]),
            "catches": float(found.errors[k, 1, 1]),
            "false_alarms": float(found.errors[k, 0, 1]),
        }
        for k in np.flatnonzero(met)
    ]
    return figures


def use_case_figures(measured: Measured) -> list[dict[str, Any]]:
    rankings = measured.rankings
    of = rankings.use_case[measured.first]
    return [
        {
            "use_case": name,
            "rankings": int((rankings.use_case == index).sum()),
            **agreement_row(measured, measured.training & (of == index)),
        }
        for index, name in enumerate(rankings.use_cases)
    ]


def week_figures(measured: Measured) -> list[dict[str, Any]]:
    """A comparison is of the week in which the later of its two rankings was handed in."""
    rankings = measured.rankings
    of = np.maximum(rankings.week[measured.first], rankings.week[measured.second])
    return [
        {
            "week": name,
            "rankings": int((rankings.week == index).sum()),
            **agreement_row(measured, measured.training & (of == index)),
        }
        for index, name in enumerate(rankings.weeks)
    ]


def matrix_figures(measured: Measured) -> dict[str, Any]:
    """Of each two labelers the pairs that both ordered, and those of them that they order alike."""
    rankings = measured.rankings
    people = len(rankings.labelers)
    one, other = rankings.labeler[measured.first], rankings.labeler[measured.second]
    cell = np.minimum(one, other) * people + np.maximum(one, other)

    def table(counts: Ints) -> list[list[int]]:
        upper = np.bincount(cell, weights=counts, minlength=people * people)
        square = upper.reshape(people, people)
        return [[int(each) for each in row] for row in square + np.triu(square, 1).T]

    return {
        "labelers": list(rankings.labelers),
        "ordered": table(measured.compared.ordered),
        "alike": table(measured.compared.alike),
    }
