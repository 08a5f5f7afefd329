"""Statistics of `make bench-web`, by hand-computed numbers."""

from typing import Any

import pytest

from benchmarks.web.measures import (
    APART,
    OURS,
    PAGES,
    Place,
    Run,
    Spread,
    compare,
    comparisons_make,
    percentile,
    ratios_make,
    rows_make,
    scalings_make,
    targets_make,
)


def place(system: str = "plumbline", **fields: Any) -> Place:
    database = "sqlite" if system == "plumbline" else "postgresql"
    return Place(**{"system": system, "database": database, "tasks": 10, "labelers": 8, **fields})


def run(where: Place, repeat: int, tasks_per_s: float, p95: float = 100.0, **fields: Any) -> Run:
    said = {
        "next_p50_ms": p95 / 2,
        "next_p95_ms": p95,
        "turn_p95_ms": p95,
        "errors": 0,
        "duplicates": 0,
        "memory_mb": 100.0,
        "cpu_ms": 5.0,
        "client_cpu": 0.1,
        **fields,
    }
    return Run(place=where, repeat=repeat, tasks_per_s=tasks_per_s, **said)


@pytest.mark.parametrize(
    ("values", "hundredth", "expected"),
    [([], 95, 0.0), ([7.0], 95, 7.0), ([3.0, 1.0, 2.0], 50, 2.0), ([1.0, 2.0], 50, 1.0)],
)
def test_percentile_of_few(values, hundredth, expected):
    assert percentile(values, hundredth) == expected


def test_percentile_of_a_hundred():
    assert percentile([float(n) for n in range(100, 0, -1)], 95) == 95.0


def test_rows_hold_medians_sums_and_the_most_memory():
    runs = [
        run(place(), 0, 10.0, errors=1, memory_mb=90.0),
        run(place(), 1, 30.0, duplicates=2, memory_mb=None),
        run(place(), 2, 20.0, errors=1, memory_mb=120.0),
        run(place("label-studio"), 0, 1.0, memory_mb=None, cpu_ms=None),
    ]
    ours, theirs = rows_make(runs)
    assert ours["system"] == "plumbline"
    assert ours["tasks_per_s"] == 20.0
    assert ours["tasks_per_s_spread"] == {"median": 20.0, "least": 10.0, "most": 30.0}
    assert (ours["errors"], ours["duplicates"], ours["memory_mb"]) == (2, 2, 120.0)
    assert theirs["memory_mb"] is None
    assert theirs["cpu_ms_per_task"] is None


def test_systems_are_compared_repeat_by_repeat():
    ours, theirs = place(), place("label-studio")
    runs = [
        *(run(ours, repeat, rate) for repeat, rate in enumerate([40.0, 10.0, 60.0])),
        *(run(theirs, repeat, rate) for repeat, rate in enumerate([4.0, 2.0])),
        run(theirs, 2, 0.0),
    ]
    assert compare(runs, ours, theirs, lambda run: run.tasks_per_s) == Spread(7.5, 5.0, 10.0)


def test_ratios_are_the_least_of_all_places_with_as_many_labelers():
    runs = [
        run(place(labelers=labelers, tasks=tasks, system=system), 0, rate, p95)
        for labelers, tasks, system, rate, p95 in [
            (8, 10, "plumbline", 40.0, 5.0),
            (8, 10, "label-studio", 4.0, 100.0),
            (8, 20, "plumbline", 40.0, 5.0),
            (8, 20, "label-studio", 1.0, 100.0),
            (8, 20, "plumbline-pages", 5.0, 50.0),
            (1, 10, "plumbline", 9.0, 5.0),
            (1, 10, "label-studio", 3.0, 100.0),
        ]
    ]
    comparisons = comparisons_make(runs)
    compared = [(each["system"], each["labelers"]) for each in comparisons]
    assert compared == [(OURS, 8), (OURS, 8), (PAGES, 8), (OURS, 1)]
    assert comparisons[0]["next_p95"]["median"] == 0.05
    assert ratios_make(comparisons) == {"8": 10.0}


def test_a_turn_is_weighed_against_a_turn():
    ours = run(place(), 0, 40.0, 5.0, turn_p95_ms=5.0)
    theirs = run(place("label-studio"), 0, 4.0, 50.0, turn_p95_ms=100.0)
    (compared,) = comparisons_make([ours, theirs])
    assert (compared["next_p95"]["median"], compared["turn_p95"]["median"]) == (0.1, 0.05)
    assert ratios_make([compared]) == {"8": 10.0}


def test_scaling_is_the_largest_size_by_the_smallest():
    runs = [run(place(tasks=tasks), 0, rate) for tasks, rate in [(10, 50.0), (99, 40.0)]]
    (scaling,) = scalings_make(runs)
    assert (scaling["database"], scaling["labelers"], scaling["median"]) == ("sqlite", 8, 0.8)
    assert scalings_make(runs[:1]) == []


def test_targets_are_taken_at_their_worst_place():
    runs = [
        run(place(), 0, 32.0, 10.0, memory_mb=150.0),
        run(place(labelers=32), 0, 28.0, 20.0, memory_mb=201.0),
        run(place(APART, database="sqlite"), 0, 20.0, 5.0),
        run(place(APART, labelers=32), 0, 20.0, 9.0),
        run(place("label-studio"), 0, 2.0, 100.0),
        run(place("label-studio", labelers=32), 0, 2.0, 100.0, errors=3),
    ]
    rows, comparisons = rows_make(runs), comparisons_make(runs)
    targets = {each.what: each for each in targets_make(rows, comparisons, [])}
    ratio = targets["tasks/s by Label Studio's, at 8 and 32 labelers"]
    assert (ratio.measured, ratio.met) == (14.0, False)
    alone = targets["p95 of next, asked for alone, by Label Studio's, at 8 and 32 labelers"]
    assert (alone.measured, alone.met) == (0.09, True)
    turn = targets["p95 from handing in to the next by Label Studio's, at 8 and 32 labelers"]
    assert (turn.measured, turn.met) == (0.2, False)
    assert targets["errors"].met
    assert (targets["MB of web memory"].measured, targets["MB of web memory"].met) == (201.0, False)
    assert "tasks/s with the most tasks by that with the fewest" not in targets
