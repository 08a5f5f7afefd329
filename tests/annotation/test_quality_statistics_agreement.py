"""Many comparisons at once count what annotation.feedback.agreement counts one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from annotation.feedback.agreement import agreement
from annotation.quality.statistics.agreement import compare, comparisons, tau_b, total
from annotation.quality.statistics.signs import pair_present, pair_signs

RANKS = st.lists(st.integers(1, 4), min_size=4, max_size=4)
# Kendall 1970, "Rank Correlation Methods", example 3.1: two rankings of ten with ties.
KENDALL = (
    [1, 2.5, 2.5, 4.5, 4.5, 6.5, 6.5, 8, 9.5, 9.5],
    [1, 2, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
)
# Hollander and Wolfe 1973, page 187: tuna's lightness and its quality. T = 26, tau = 4/9.
TUNA = (
    [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1],
    [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8],
)


def compared(rows, pairs=None):
    values = np.array(rows, dtype=float)
    present = values > 0
    first, second = zip(*(pairs or combinations(range(len(rows)), 2)), strict=True)
    return compare(
        pair_signs(values, present), pair_present(present), np.array(first), np.array(second)
    )


@given(rows=st.lists(RANKS, min_size=2, max_size=6))
def test_the_counts_are_those_of_the_one_definition(rows):
    assert total(compared(rows)) == agreement(list(combinations(rows, 2)))


@given(rows=st.lists(RANKS, min_size=2, max_size=6), order=st.permutations(range(4)))
def test_neither_who_nor_in_which_order_changes_the_counts(rows, order):
    mixed = [[row[i] for i in order] for row in reversed(rows)]
    assert total(compared(mixed)) == total(compared(rows))


def test_a_missing_answer_takes_its_pairs_with_it():
    measured = total(compared([[1, 2, 3, 0], [1, 3, 2, 4]]))
    assert (measured.pairs, measured.ordered, measured.alike) == (3, 3, 2)


@pytest.mark.parametrize(("pair", "published"), [(KENDALL, 0.859), (TUNA, 0.444)])
def test_tau_b_as_published(pair, published):
    tau = tau_b(compared(list(pair)))[0]
    assert round(float(tau), 3) == published
    assert tau == pytest.approx(kendalltau(*pair).statistic, abs=1e-12)


@given(first=RANKS, second=RANKS)
def test_tau_b_is_scipys(first, second):
    tau = tau_b(compared([first, second]))[0]
    assert tau == pytest.approx(kendalltau(first, second).statistic, abs=1e-12, nan_ok=True)


@given(group=st.lists(st.integers(0, 5), max_size=20))
def test_all_rows_of_a_group_are_compared_once(group):
    first, second = comparisons(np.array(group, dtype=np.int64))
    found = sorted(zip(first.tolist(), second.tolist(), strict=True))
    assert found == [p for p in combinations(range(len(group)), 2) if group[p[0]] == group[p[1]]]
