"""From single runs to rows and ratios: medians over the repeats, with the least and the most.

Runs of one repeat stand next to each other in time, so systems are compared repeat by repeat: what
else the machine did then slowed both.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import median
from typing import Any

OURS, THEIRS = "plumbline", "label-studio"
# The same server: asked for the next task in a call of its own, as theirs is, and by its pages.
APART, PAGES = f"{OURS}-apart", f"{OURS}-pages"
WAYS = (OURS, APART, PAGES)
WANTED_RATIO = 15.0
WANTED_NEXT = 0.1
WANTED_SCALING = 0.8
WANTED_MEMORY = 200.0
COMPARED_AT = (8, 32)


@dataclass(frozen=True)
class Place:
    """What a row is about."""

    system: str
    database: str
    tasks: int
    labelers: int


@dataclass(frozen=True)
class Run:
    """One repeat at one place. `cpu_ms` is the web processes' processor time for one task."""

    place: Place
    repeat: int
    tasks_per_s: float
    next_p50_ms: float
    next_p95_ms: float
    turn_p95_ms: float
    errors: int
    duplicates: int
    memory_mb: float | None
    cpu_ms: float | None
    client_cpu: float


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Target:
    """Something to reach: what it is, what was measured, what is wanted, and whether it is met."""

    what: str
    measured: float
    wanted: str
    met: bool


def percentile(values: Sequence[float], hundredth: int) -> float:
    """The least value that `hundredth` percent of the values do not exceed; 0 where none is."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * hundredth / 100) - 1)] if ordered else 0.0


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def rows_make(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """One row for each place, in the order of the first run there."""
    places: dict[Place, list[Run]] = {}
    for run in runs:
        places.setdefault(run.place, []).append(run)
    return [row_make(place, repeats) for place, repeats in places.items()]


def row_make(place: Place, runs: Sequence[Run]) -> dict[str, Any]:
    """Errors and duplicates are summed; memory is the most that was seen."""
    memory = [run.memory_mb for run in runs if run.memory_mb is not None]
    cpu = [run.cpu_ms for run in runs if run.cpu_ms is not None]
    return {
        **asdict(place),
        "tasks_per_s": median(run.tasks_per_s for run in runs),
        "next_p50_ms": median(run.next_p50_ms for run in runs),
        "next_p95_ms": median(run.next_p95_ms for run in runs),
        "errors": sum(run.errors for run in runs),
        "duplicates": sum(run.duplicates for run in runs),
        "memory_mb": max(memory, default=None),
        "turn_p95_ms": median(run.turn_p95_ms for run in runs),
        "cpu_ms_per_task": median(cpu) if cpu else None,
        "client_cpu_share": max(run.client_cpu for run in runs),
        "repeats": len(runs),
        "tasks_per_s_spread": asdict(spread([run.tasks_per_s for run in runs])),
        "next_p95_ms_spread": asdict(spread([run.next_p95_ms for run in runs])),
    }


def compare(
    runs: Iterable[Run], ours: Place, theirs: Place, value: Callable[[Run], float]
) -> Spread | None:
    """`ours` by `theirs`, repeat by repeat; None where they share no repeat with a value."""
    found = {(run.place, run.repeat): value(run) for run in runs}
    ratios = [
        mine / found[theirs, repeat]
        for (place, repeat), mine in found.items()
        if place == ours and found.get((theirs, repeat))
    ]
    return spread(ratios) if ratios else None


def comparisons_make(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Each place of ours, by each way, beside Label Studio with as many tasks and labelers.

    By OURS and by PAGES a hand-in brings the next task along, so that `next_p95` weighs all of it
    against their asking alone; by APART it is asked for alone at both. `turn_p95` weighs from
    handing in to having the next task.
    """
    places = dict.fromkeys(run.place for run in runs)
    comparisons = []
    for ours in places:
        for theirs in places:
            alike = (ours.tasks, ours.labelers) == (theirs.tasks, theirs.labelers)
            if ours.system not in WAYS or theirs.system != THEIRS or not alike:
                continue
            throughput = compare(runs, ours, theirs, lambda run: run.tasks_per_s)
            wait = compare(runs, ours, theirs, lambda run: run.next_p95_ms)
            turn = compare(runs, ours, theirs, lambda run: run.turn_p95_ms)
            if throughput and wait and turn:
                comparisons.append(
                    {
                        "system": ours.system,
                        "database": ours.database,
                        "tasks": ours.tasks,
                        "labelers": ours.labelers,
                        "tasks_per_s": asdict(throughput),
                        "next_p95": asdict(wait),
                        "turn_p95": asdict(turn),
                    }
                )
    return comparisons


def ratios_make(comparisons: Sequence[dict[str, Any]]) -> dict[str, float]:
    """How many times Label Studio's tasks/s, API by API, by labelers: the least of all databases
    and sizes."""
    ratios: dict[str, float] = {}
    for each in comparisons:
        labelers, ratio = str(each["labelers"]), each["tasks_per_s"]["median"]
        if each["system"] == OURS and each["labelers"] in COMPARED_AT:
            ratios[labelers] = min(ratio, ratios.get(labelers, ratio))
    return ratios


def scalings_make(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Throughput with the most tasks by that with the fewest, at each of our other settings."""
    sizes = sorted({run.place.tasks for run in runs})
    settings = dict.fromkeys(
        (run.place.database, run.place.labelers) for run in runs if run.place.system == OURS
    )
    scalings = []
    for database, labelers in settings:
        few, many = (Place(OURS, database, size, labelers) for size in (sizes[0], sizes[-1]))
        scaling = compare(runs, many, few, lambda run: run.tasks_per_s)
        if scaling and few != many:
            scalings.append({"database": database, "labelers": labelers, **asdict(scaling)})
    return scalings


def targets_make(
    rows: Sequence[dict[str, Any]],
    comparisons: Sequence[dict[str, Any]],
    scalings: Sequence[dict[str, Any]],
) -> list[Target]:
    """What is to be reached, each at its worst place."""
    ours = [row for row in rows if row["system"] in WAYS]
    compared = [each for each in comparisons if each["labelers"] in COMPARED_AT]
    alike = [each for each in compared if each["system"] == OURS]
    apart = [each for each in compared if each["system"] == APART]
    found = [
        at_least(
            "tasks/s by Label Studio's, at 8 and 32 labelers",
            [each["tasks_per_s"]["median"] for each in alike],
            WANTED_RATIO,
        ),
        at_most(
            "p95 of next, asked for alone, by Label Studio's, at 8 and 32 labelers",
            [each["next_p95"]["median"] for each in apart],
            WANTED_NEXT,
        ),
        at_most(
            "p95 from handing in to the next by Label Studio's, at 8 and 32 labelers",
            [each["turn_p95"]["median"] for each in alike],
            WANTED_NEXT,
        ),
        at_least(
            "tasks/s with the most tasks by that with the fewest",
            [each["median"] for each in scalings],
            WANTED_SCALING,
        ),
        at_most("errors", [row["errors"] for row in ours], 0),
        at_most("double leases", [row["duplicates"] for row in ours], 0),
        at_most(
            "MB of web memory",
            [row["memory_mb"] for row in ours if row["memory_mb"] is not None],
            WANTED_MEMORY,
        ),
    ]
    return [target for target in found if target]


def at_least(what: str, values: Sequence[float], wanted: float) -> Target | None:
    if not values:
        return None
    return Target(what, min(values), f">= {wanted:g}", min(values) >= wanted)


def at_most(what: str, values: Sequence[float], wanted: float) -> Target | None:
    if not values:
        return None
    return Target(what, max(values), f"<= {wanted:g}", max(values) <= wanted)
