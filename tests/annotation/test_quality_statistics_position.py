"""Position bias: the permutation variance over all orders there are."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.position import position_bias, shown_measure
from annotation.quality.statistics.signs import pair_signs


def measure(ranks, places):
    values, shown = np.array(ranks, dtype=float), np.array(places, dtype=float)
    present = values > 0
    return shown_measure(pair_signs(shown, present), pair_signs(values, present), values, present)


@given(ranks=st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_the_variance_is_that_over_all_orders_shown(ranks):
    orders = list(permutations(range(4)))
    found = measure([ranks] * len(orders), orders)
    assert found.score.mean() == pytest.approx(0)
    assert found.variance[0] == pytest.approx((found.score**2).mean())


def test_by_hand():
    # First shown is best in both; the second ranking ties the last two: S = 6 and 5, tau-b 1 and
    # 5 / sqrt(6 * 5). Var = 4 * 3 * 13 / 18 and (156 - 2 * 1 * 9) / 18.
    found = measure([[1, 2, 3, 4], [1, 2, 3, 3]], [[0, 1, 2, 3]] * 2)
    assert found.score.tolist() == [6, 5]
    assert found.tau == pytest.approx([1, 5 / 30**0.5])
    assert found.variance == pytest.approx([156 / 18, 138 / 18])
    bias = position_bias(found, np.array([True, True]))
    assert bias is not None
    assert bias.tau == pytest.approx((1 + 5 / 30**0.5) / 2)
    assert bias.z == pytest.approx(11 / (294 / 18) ** 0.5)


def test_who_ranks_at_random_has_no_bias_and_who_ranks_as_shown_has_all_of_it():
    rng = np.random.default_rng(0)
    ranks = np.array([rng.permutation(6) + 1 for _ in range(400)])
    places = np.array([rng.permutation(6) for _ in range(400)])
    everyone = np.ones(400, dtype=bool)
    bias = position_bias(measure(ranks, places), everyone)
    assert bias is not None
    assert abs(bias.z) < 3
    assert bias.low < 0 < bias.high
    blind = position_bias(measure(places + 1, places), everyone)
    assert blind is not None
    assert (blind.tau, blind.low, blind.high) == pytest.approx((1, 1, 1))
    assert blind.z > 30


def test_where_all_is_tied_there_is_nothing_to_tell():
    assert position_bias(measure([[1, 1, 1]], [[0, 1, 2]]), np.array([True])) is None
