import numpy as np

from annotation.quality.statistics.learning import (
    LAST,
    stretch_ends,
    stretch_of,
    submission_numbers,
)


def test_each_labelers_submissions_are_counted_for_themselves():
    person, order = np.array([0, 1, 0, 0, 1]), np.array([30, 10, 20, 40, 50])
    assert submission_numbers(person, order).tolist() == [2, 1, 1, 3, 2]
    assert submission_numbers(np.zeros(0, dtype=int), np.zeros(0, dtype=int)).tolist() == []


def test_stretches_follow_each_other():
    assert stretch_of(np.array([1, 10, 11, 25, 26, 10**6])).tolist() == [0, 0, 1, 1, 2, len(LAST)]
    assert [stretch_ends(n) for n in (0, 1, len(LAST))] == [(1, 10), (11, 25), (100_001, None)]
