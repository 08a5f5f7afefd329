"""The whole report on simulated labelers of known reliability, and on what is hardly there."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from annotation.feedback.agreement import agreement
from annotation.quality.columns import Rankings
from annotation.quality.report import quality_report
from annotation.quality.thresholds import Thresholds
from tests.annotation.crowd import CAREFUL, CARELESS, FIRST, LONG, Person, crowd_rankings

WHO = {"careless": 100 + CARELESS, "position": 100 + FIRST, "length": 100 + LONG}


def named(figures):
    return {(each["kind"], each["labeler"]) for each in figures["findings"]}


def cut(rankings: Rankings, rows: np.ndarray) -> Rankings:
    """Only these rankings."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(rankings):
        value = getattr(rankings, field.name)
        if field.name == "flags":
            changes[field.name] = value[:, rows]
        elif isinstance(value, np.ndarray) and field.name != "heldout":
            changes[field.name] = value[rows]
    return dataclasses.replace(rankings, **changes)


@pytest.fixture(scope="module")
def crowd():
    return crowd_rankings(seed=1)


@pytest.fixture(scope="module")
def figures(crowd):
    return quality_report(crowd)


def test_it_finds_who_is_careless_or_biased_and_nobody_else(figures):
    assert named(figures) == set(WHO.items())
    trust = {row["labeler"]: row["trust"] for row in figures["labelers"]}
    assert min(trust, key=trust.__getitem__) == WHO["careless"]


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_it_points_at_nobody_where_all_are_careful(seed):
    careful = CAREFUL + CAREFUL[:3]
    assert named(quality_report(crowd_rankings(careful, tasks=200, seed=seed))) == set()


def test_who_hurries_is_told():
    people = (*CAREFUL, Person(quick=0.2))
    assert named(quality_report(crowd_rankings(people, tasks=200))) == {("hurried", 107)}


def test_thresholds_decide(crowd):
    never = Thresholds(careless_gap=0.9, position_tau=0.99, length_effect=0.99, hurried_share=0.0)
    assert quality_report(crowd, never)["findings"] == []
    many = Thresholds(least_rankings=100_000)
    assert quality_report(crowd, many)["findings"] == []


def test_agreement_is_the_one_definition(crowd, figures):
    rows = [np.flatnonzero(crowd.task == task) for task in range(400)]
    pairs = [(a, b) for row in rows for i, a in enumerate(row) for b in row[i + 1 :]]
    counts = agreement([(crowd.ranks[a].tolist(), crowd.ranks[b].tolist()) for a, b in pairs])
    told = figures["agreement"]["training"]
    assert (told["pairs"], told["ordered"], told["alike"], told["both_tied"]) == (
        counts.pairs, counts.ordered, counts.alike, counts.both_tied,
    )  # fmt: skip
    assert told["rate"] == counts.rate
    assert told["low"] < told["wilson_low"] < told["rate"] < told["wilson_high"] < told["high"]


def test_parts_add_up_to_the_whole(figures):
    whole = figures["agreement"]["training"]
    for part in ("use_cases", "weeks"):
        for name in ("ordered", "alike", "comparisons"):
            assert sum(row[name] for row in figures[part]) == whole[name]
    for name in ("ordered", "alike"):
        matrix = np.array(figures["matrix"][name])
        assert (matrix == matrix.T).all()
        assert matrix.sum() == 2 * whole[name]
        mine = [row["agreement"][name] for row in figures["labelers"]]
        assert matrix.sum(axis=1).tolist() == mine
        assert sum(row[name] for row in figures["learning"]) == 2 * whole[name]


def test_it_is_plain_json(figures):
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_who_is_held_out_is_told_apart(crowd):
    figures = quality_report(dataclasses.replace(crowd, heldout=np.arange(10) >= 8))
    alone = quality_report(cut(crowd, crowd.labeler < 8))
    for name in ("alpha_ranks", "alpha_likert", "w", "learning"):
        assert figures[name] == alone[name]
    assert figures["agreement"]["training"] == pytest.approx(alone["agreement"]["training"])
    assert figures["agreement"]["heldout"]["comparisons"] > 0
    parts = sum(row["comparisons"] for row in figures["agreement"].values())
    assert parts == 1200
    for held in figures["labelers"][8:]:  # compared with those who train, not with each other
        index = held["labeler"] - 100
        assert held["heldout"]
        assert held["agreement"]["ordered"] == sum(figures["matrix"]["ordered"][index][:8])


def test_what_labelers_are_called_does_not_matter(crowd, figures):
    order = np.random.default_rng(0).permutation(10)
    back = np.argsort(order)
    turned = dataclasses.replace(
        crowd, labeler=back[crowd.labeler], labelers=tuple(100 + int(each) for each in order)
    )
    found = quality_report(turned)
    assert named(found) == named(figures)
    rows = {row["labeler"]: row for row in found["labelers"]}
    for row in figures["labelers"]:
        other = rows[row["labeler"]]
        assert other["agreement"] == row["agreement"]
        assert other["position"] == row["position"]
        assert other["length"]["effect"] == pytest.approx(row["length"]["effect"], abs=1e-9)
        assert other["trust"] == pytest.approx(row["trust"], abs=1e-9)


def test_none_acceptable_is_a_tie_of_all(crowd):
    nothing = cut(crowd, np.arange(3))
    figures = quality_report(dataclasses.replace(nothing, acceptable=np.array([True, False, True])))
    row = figures["agreement"]["training"]
    assert row["pairs"] == 45
    assert row["ordered"] <= 15
    assert figures["w_tasks"] == 1


@pytest.mark.parametrize("rows", [[], [0], [0, 3], [0, 1]])
def test_hardly_any_rankings_make_a_report_too(crowd, rows):
    figures = quality_report(cut(crowd, np.array(rows, dtype=int)))
    assert figures["rankings"] == len(rows)
    assert figures["findings"] == []
    compared = rows == [0, 1]
    assert (figures["agreement"]["training"]["rate"] is not None) == compared
    json.dumps(figures, allow_nan=False)


def test_nothing_known_of_time_places_or_flags(crowd):
    bare = dataclasses.replace(
        crowd,
        seconds=np.zeros(1200),
        shown=np.full((1200, 6), -1.0),
        flags=np.zeros((0, 1200, 6), dtype=bool),
        flag_keys=(),
        likert=np.zeros((1200, 6), dtype=np.int64),
    )
    figures = quality_report(bare)
    assert figures["flags"] == figures["outliers"] == []
    assert figures["alpha_likert"] is None
    assert {row["position"] for row in figures["labelers"]} == {None}
    assert {row["pace"] for row in figures["labelers"]} == {None}


def test_columns_that_do_not_fit_are_refused(crowd):
    with pytest.raises(ValueError, match="seconds"):
        dataclasses.replace(crowd, seconds=np.zeros(3))


def test_quick_work_is_listed(crowd):
    seconds = crowd.seconds.copy()
    seconds[7] = 1.0
    figures = quality_report(dataclasses.replace(crowd, seconds=seconds))
    first = figures["outliers"][0]
    assert (first["ranking"], first["seconds"]) == (8, 1.0)
    assert first["labeler"] == 100 + crowd.labeler[7]


def test_a_worker_is_heard_all_the_time(crowd):
    heard = []
    quality_report(crowd, step=lambda: heard.append(1))
    assert len(heard) > 20
