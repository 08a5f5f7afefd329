"""Durations by hand."""

import numpy as np
import pytest

from annotation.quality.statistics.durations import pace, robust_z


def test_robust_z_by_hand():
    # Median 2; absolute deviations 1 1 0 0 2 4 7, whose median is 1.
    found = robust_z(np.array([1.0, 1, 2, 2, 4, 6, 9]))
    assert found == pytest.approx(0.6744897501960817 * np.array([-1, -1, 0, 0, 2, 4, 7]))


def test_where_most_are_equal_the_others_are_infinitely_far():
    assert robust_z(np.array([2.0, 2, 2, 3])).tolist() == [0, 0, 0, np.inf]
    assert len(robust_z(np.zeros(0))) == 0


def test_twice_the_text_may_take_twice_the_time():
    length = np.array([100.0, 200, 400, 800])
    assert pace(length / 10, length) == pytest.approx(np.zeros(4), abs=1e-12)
    hurried = pace(np.array([10.0, 20, 40, 8]), length)
    assert hurried.argmin() == 3


def test_texts_of_one_length_explain_nothing():
    found = pace(np.array([10.0, 40.0]), np.array([50.0, 50.0]))
    assert found == pytest.approx([-np.log(2), np.log(2)])
