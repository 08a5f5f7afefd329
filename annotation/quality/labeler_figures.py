"""Figures of each labeler: agreement, trust, biases, pace, learning."""

from collections.abc import Callable
from typing import Any

import numpy as np

from annotation.quality.columns import Rankings
from annotation.quality.measured import Measured, agreement_row, figure
from annotation.quality.statistics.agreement import total
from annotation.quality.statistics.arrays import Bools, Floats, Ints
from annotation.quality.statistics.bootstrap import bootstrap_rate
from annotation.quality.statistics.crowd_bradley_terry import crowd_bradley_terry
from annotation.quality.statistics.durations import pace, robust_z
from annotation.quality.statistics.effects import labeler_effects
from annotation.quality.statistics.learning import stretch_ends, stretch_of, submission_numbers
from annotation.quality.statistics.position import position_bias, shown_measure
from annotation.quality.statistics.signs import pair_signs
from annotation.quality.thresholds import Thresholds

Step = Callable[[], object]
OUTLIERS = 20
VIRTUAL = 0.2
"""Lambda of the crowd's model. An answer meets few others: more would draw all scores so near to
each other that whoever ranks at random is hardly surprising."""


def labeler_figures(measured: Measured, thresholds: Thresholds, step: Step) -> list[dict[str, Any]]:
    rankings = measured.rankings
    done = np.bincount(rankings.labeler, minlength=len(rankings.labelers))
    trust = trust_figures(measured, step)
    positions, lengths = position_figures(measured), length_figures(measured)
    paces = pace_figures(rankings, thresholds)
    stretches = stretch_of(submission_numbers(rankings.labeler, rankings.ranking))
    rows = []
    for index, labeler in enumerate(rankings.labelers):
        step()
        rows.append(
            {
                "labeler": labeler,
                "heldout": bool(rankings.heldout[index]),
                "rankings": int(done[index]),
                "agreement": agreement_row(measured, measured.of_labeler(index)),
                "trust": figure(trust[index]),
                "position": positions[index],
                "length": lengths[index],
                "pace": paces[index],
                "learning": learning_figures(measured, stretches, index),
            }
        )
    return rows


def trust_figures(measured: Measured, step: Step) -> Floats:
    """The trust of the crowd's Bradley-Terry model in each labeler, over tasks that two ranked.

    What is scored is an answer in a task. Over all labelers, held-out ones too.
    """
    rankings = measured.rankings
    _, task = np.unique(rankings.task, return_inverse=True)
    shared = np.bincount(task)[task] > 1 if len(task) else np.zeros(0, dtype=bool)
    signs = np.where(shared[:, None], measured.signs, 0)
    k = rankings.present.shape[1]
    one, other = np.triu_indices(k, 1)
    row, pair = np.nonzero(signs)
    better = signs[row, pair] < 0  # the smaller rank
    winner = task[row] * k + np.where(better, one[pair], other[pair])
    loser = task[row] * k + np.where(better, other[pair], one[pair])
    answers, index = np.unique(np.concatenate([winner, loser]), return_inverse=True)
    found = crowd_bradley_terry(
        index[: len(winner)],
        index[len(winner) :],
        rankings.labeler[row],
        items=len(answers),
        people=len(rankings.labelers),
        virtual=VIRTUAL,
        start=0.75,
        step=step,
    )
    met = np.bincount(rankings.labeler[row], minlength=len(rankings.labelers))
    return np.where(met > 0, found.trust, np.nan)


def position_figures(measured: Measured) -> list[dict[str, Any] | None]:
    rankings = measured.rankings
    present = rankings.present & (rankings.shown >= 0)
    places = pair_signs(rankings.shown, present)
    shown = shown_measure(places, measured.signs, measured.ranks, rankings.present)
    whole = present.any(axis=1) & rankings.acceptable
    found = [
        position_bias(shown, whole & (rankings.labeler == index))
        for index in range(len(rankings.labelers))
    ]
    return [
        {"rankings": b.rankings, "tau": b.tau, "low": b.low, "high": b.high, "z": b.z}
        if b
        else None
        for b in found
    ]


def length_figures(measured: Measured) -> list[dict[str, Any] | None]:
    """By how large a share of pairs each prefers the longer answer more than the median does.

    Of a ranking: of its pairs of different lengths, those won by the longer less those won by the
    shorter. A labeler's own part of that is what the tasks' own, on which the others judged the
    same pairs, leaves (see labeler_effects).
    """
    rankings = measured.rankings
    longer = pair_signs(rankings.lengths, rankings.present)
    pairs = (longer != 0).sum(axis=1)
    known = (pairs > 0) & rankings.acceptable
    # A smaller rank is better.
    liked = -(longer.astype(np.int64) * measured.signs).sum(axis=1)[known] / pairs[known]
    found = labeler_effects(
        liked, rankings.task[known], rankings.labeler[known], people=len(rankings.labelers)
    )
    rows: list[dict[str, Any] | None] = []
    for effect, error, count in zip(found.effect, found.error, found.rankings, strict=True):
        if np.isnan(effect):
            rows.append(None)
            continue
        z = float(effect / error) if error > 0 else 0.0
        rows.append(
            {"rankings": int(count), "effect": float(effect), "error": float(error), "z": z}
        )
    return rows


def pace_figures(rankings: Rankings, thresholds: Thresholds) -> list[dict[str, Any] | None]:
    """Of each labeler: the time at a text over the median labeler's, and how many are outliers.

    z: how far their median stands out among the labelers'; quick, slow: rankings that stand out
    among the labeler's own.
    """
    known = rankings.seconds > 0
    here = pace(rankings.seconds[known], rankings.reading[known])
    who = rankings.labeler[known]
    people = np.unique(who)
    medians = np.array([np.median(here[who == index]) for index in people])
    z = robust_z(medians)
    rows: list[dict[str, Any] | None] = [None] * len(rankings.labelers)
    for index, median, away in zip(people, medians, z, strict=True):
        own = robust_z(here[who == index])
        rows[index] = {
            "rankings": len(own),
            "seconds": float(np.median(rankings.seconds[known][who == index])),
            "share": float(np.exp(median - np.median(medians))),
            "z": float(np.clip(away, -1e6, 1e6)),
            "quick": int((own < -thresholds.outlier_z).sum()),
            "slow": int((own > thresholds.outlier_z).sum()),
        }
    return rows


def outlier_figures(rankings: Rankings, thresholds: Thresholds) -> list[dict[str, Any]]:
    """The rankings handed in most surprisingly quickly for their labeler and their texts."""
    rows = np.flatnonzero(rankings.seconds > 0)
    here = pace(rankings.seconds[rows], rankings.reading[rows])
    who = rankings.labeler[rows]
    z = np.zeros(len(rows))
    for index in np.unique(who):
        z[who == index] = robust_z(here[who == index])
    quickest = np.argsort(z, kind="stable")[:OUTLIERS]
    return [
        {
            "ranking": int(rankings.ranking[rows[each]]),
            "task": int(rankings.task[rows[each]]),
            "labeler": rankings.labelers[int(who[each])],
            "seconds": float(rankings.seconds[rows[each]]),
            "characters": int(rankings.reading[rows[each]]),
            "z": float(np.clip(z[each], -1e6, 1e6)),
        }
        for each in quickest
        if z[each] < -thresholds.outlier_z
    ]


def learning_figures(
    measured: Measured, stretches: Ints, labeler: int | None = None
) -> list[dict[str, Any]]:
    """Agreement with others who train by how many the labeler had handed in; of all, if None."""
    rankings, heldout = measured.rankings, measured.rankings.heldout
    rows = []
    sides = [(measured.first, measured.second), (measured.second, measured.first)]
    for stretch in np.unique(stretches):
        wanted = [
            _at(rankings, mine, stretches == stretch, labeler) & ~heldout[rankings.labeler[other]]
            for mine, other in sides
        ]
        if labeler is None:
            wanted = [each & measured.training for each in wanted]
        # Both sides of a comparison may be in one stretch: then it counts for each of them.
        part = [total(measured.compared, each) for each in wanted]
        ordered = sum(each.ordered for each in part)
        if not ordered:
            continue
        rate = bootstrap_rate(
            np.concatenate([measured.compared.alike[each] for each in wanted]),
            np.concatenate([measured.compared.ordered[each] for each in wanted]),
            np.concatenate([measured.task[each] for each in wanted]),
            resamples=200,
        )
        first, last = stretch_ends(int(stretch))
        alike = sum(each.alike for each in part)
        counts = {"first": first, "last": last, "ordered": ordered, "alike": alike}
        rows.append({**counts, **rate.as_dict()})
    return rows


def _at(rankings: Rankings, side: Ints, in_stretch: Bools, labeler: int | None) -> Bools:
    here = in_stretch[side]
    return here if labeler is None else here & (rankings.labeler[side] == labeler)
