"""Simulated labelers of known reliability, and their rankings as columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.quality.columns import Rankings
from annotation.quality.statistics.arrays import Floats, Ints


@dataclass(frozen=True)
class Person:
    """noise: of each look at an answer, in standard deviations of their worth; careless: the share
    of rankings at random; first: worth of a place further up; long: of one standard deviation more
    of length; quick: how long they take, of the usual time."""

    noise: float = 0.6
    careless: float = 0.0
    first: float = 0.0
    long: float = 0.0
    quick: float = 1.0

    def rank(self, worth: Floats, lengths: Floats, places: Ints, rng: np.random.Generator) -> Ints:
        """Ranks from 1, ties among them, of the answers in the order of `worth`: (k,)."""
        seen = worth + rng.normal(0, self.noise, len(worth)) - self.first * places
        spread = lengths.std()
        if spread:
            seen = seen + self.long * (lengths - lengths.mean()) / spread
        if rng.random() < self.careless:
            seen = rng.normal(0, 1, len(worth))
        # Half steps: what is nearly as good is tied.
        levels = np.round(seen * 2)
        return np.unique(-levels, return_inverse=True)[1] + 1


CAREFUL = tuple(Person(noise=noise) for noise in (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75))
CROWD = (*CAREFUL, Person(careless=0.8), Person(first=0.7), Person(long=1.2))
CARELESS, FIRST, LONG = 7, 8, 9


def crowd_rankings(
    people: tuple[Person, ...] = CROWD,
    *,
    tasks: int = 400,
    overlap: int = 3,
    k: int = 6,
    flags: int = 2,
    heldout: tuple[int, ...] = (),
    labelers: Sequence[int] = (),
    seed: int = 0,
) -> Rankings:
    """Each task ranked by `overlap` of the people, drawn anew. Nobody flags what is not bad."""
    rng = np.random.default_rng(seed)
    n = tasks * overlap
    task = np.repeat(np.arange(tasks), overlap)
    labeler = rng.random((tasks, len(people))).argsort(axis=1)[:, :overlap].ravel()
    worth, lengths = rng.normal(0, 1, (tasks, k)), np.round(rng.lognormal(5, 0.8, (tasks, k)))
    shown = rng.random((n, k)).argsort(axis=1)
    ranks = np.stack(
        [
            people[who].rank(worth[t], lengths[t], places, rng)
            for t, who, places in zip(task, labeler, shown, strict=True)
        ]
    )
    reading = lengths.sum(axis=1)[task] + 80
    usual = reading / 25 * np.array([person.quick for person in people])[labeler]
    present = np.ones((n, k), dtype=bool)
    bad = worth[task] < -1
    return Rankings(
        ranking=np.arange(n) + 1,
        task=task,
        labeler=labeler,
        use_case=task % 3,
        week=np.arange(n) * 4 // n,
        acceptable=np.ones(n, dtype=bool),
        seconds=np.round(usual * rng.lognormal(0, 0.3, n)) + 1,
        reading=reading,
        present=present,
        ranks=ranks.astype(float),
        likert=np.clip(np.round(4 + 1.3 * worth[task] + rng.normal(0, 0.7, (n, k))), 1, 7).astype(
            np.int64
        ),
        shown=shown.astype(float),
        lengths=lengths[task],
        flags=np.stack([bad & (rng.random((n, k)) < 0.8) for _ in range(flags)]),
        heldout=np.isin(np.arange(len(people)), heldout),
        labelers=tuple(labelers) or tuple(100 + index for index in range(len(people))),
        use_cases=("generation", "chat", "rewrite"),
        weeks=("2026-W01", "2026-W02", "2026-W03", "2026-W04"),
        flag_keys=tuple(f"flag{index}" for index in range(flags)),
    )
