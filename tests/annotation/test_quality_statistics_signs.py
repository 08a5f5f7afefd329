import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from annotation.quality.statistics.signs import mid_ranks, pair_present, pair_signs, tie_sums

ROW = st.lists(st.integers(0, 4), min_size=4, max_size=4)


def test_signs_by_hand():
    values = np.array([[1.0, 2, 2], [3, 1, 0]])
    present = values > 0
    assert pair_signs(values, present).tolist() == [[-1, -1, 0], [1, 0, 0]]
    assert pair_present(present).tolist() == [[True] * 3, [True, False, False]]


@given(row=ROW)
def test_mid_ranks_are_scipys_and_ties_are_counted_by_group(row):
    values = np.array([row], dtype=float)
    present = values > 0
    here = [value for value in row if value]
    assert mid_ranks(values, present)[present].tolist() == rankdata(here).tolist()
    sizes = [here.count(value) for value in set(here)]
    cubes, variances = tie_sums(values, present)
    assert cubes[0] == sum(t**3 - t for t in sizes)
    assert variances[0] == sum(t * (t - 1) * (2 * t + 5) for t in sizes)
