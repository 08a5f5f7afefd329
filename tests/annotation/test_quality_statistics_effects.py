"""Labelers' own effects: least squares with a column for every task and labeler."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.effects import labeler_effects


def plan(seed: int, tasks: int = 200, people: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Tasks of two or three people each: which task and who, ranking by ranking."""
    rng = np.random.default_rng(seed)
    met = [rng.choice(people, rng.integers(2, 4), replace=False) for _ in range(tasks)]
    return np.repeat(np.arange(tasks), [len(each) for each in met]), np.concatenate(met)


def test_the_effects_are_those_of_least_squares():
    task, person = plan(1)
    rng = np.random.default_rng(2)
    own = np.array([0.0, 0.1, -0.1, 0.05, -0.05, 0.8])
    value = rng.normal(0, 2, 200)[task] + own[person] + rng.normal(0, 0.1, len(task))
    found = labeler_effects(value, task, person, people=7)
    design = np.zeros((len(task), 206))
    design[np.arange(len(task)), task] = 1
    design[np.arange(len(task)), 200 + person] = 1
    fitted = np.linalg.lstsq(design, value, rcond=None)[0][200:]
    assert found.effect[:6] == pytest.approx(fitted - np.median(fitted), abs=1e-9)
    assert found.effect[:6] == pytest.approx(own, abs=0.06)
    assert np.isnan(found.effect[6])
    assert found.rankings.tolist() == np.bincount(person, minlength=7).tolist()


def test_the_errors_are_as_large_as_the_effects_vary():
    task, person = plan(5)
    rng = np.random.default_rng(6)
    drawn = [
        labeler_effects(rng.normal(0, 1, len(task)), task, person, people=6) for _ in range(300)
    ]
    spread = np.std([each.effect - each.effect.mean() for each in drawn], axis=0)
    told = np.mean([each.error for each in drawn], axis=0)
    assert told == pytest.approx(spread, rel=0.15)


def test_many_tasks_leave_the_errors_as_exact():
    task, person = plan(8, tasks=8000, people=10)
    value = np.random.default_rng(9).normal(0, 1, len(task))
    found = labeler_effects(value, task, person, people=10)
    # Of m = 2 or 3 at a task, (m - 1) / m of the noise tells of a labeler.
    assert found.error == pytest.approx(np.full(10, 8000**-0.5 * 2.6), rel=0.2)


@given(order=st.permutations(range(5)))
def test_who_is_called_what_does_not_matter(order):
    task, person = plan(3, tasks=40, people=5)
    value = np.sin(np.arange(len(task)))
    names = np.array(order)
    found = labeler_effects(value, task, person, people=5)
    renamed = labeler_effects(value, task, names[person], people=5)
    assert renamed.effect[names] == pytest.approx(found.effect, abs=1e-9)
    assert renamed.error[names] == pytest.approx(found.error, abs=1e-9)


def test_tasks_of_one_labeler_tell_nothing():
    found = labeler_effects(np.ones(3), np.arange(3), np.arange(3), people=3)
    assert np.isnan(found.effect).all()
