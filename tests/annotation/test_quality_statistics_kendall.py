"""Kendall's W against Siegel's worked example and the formula in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.kendall import kendall_w

# Siegel 1956, "Nonparametric Statistics", page 234: three rankings of ten with ties. W = 0.828.
SIEGEL = [
    [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
    [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
    [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
]
RANKINGS = st.lists(st.lists(st.integers(1, 4), min_size=4, max_size=4), min_size=2, max_size=5)


def w_of(*groups):
    """W of each group of rankings; shorter ones are filled up with what is not present."""
    k = max(len(row) for group in groups for row in group)
    rows = [row + [0] * (k - len(row)) for group in groups for row in group]
    values = np.array(rows, dtype=float)
    group = np.repeat(np.arange(len(groups)), [len(each) for each in groups])
    return kendall_w(values, values > 0, group, len(groups))


def w_exact(rows):
    m, k = len(rows), len(rows[0])
    ranks = [
        [Fraction(sum(a < b for a in row)) + Fraction(row.count(b) + 1, 2) for b in row]
        for row in rows
    ]
    ties = sum(row.count(value) ** 3 - row.count(value) for row in rows for value in set(row))
    sums = [sum(column) for column in zip(*ranks, strict=True)]
    squares = sum((each - Fraction(m * (k + 1), 2)) ** 2 for each in sums)
    most = m * m * (k**3 - k) - m * ties
    return Fraction(12 * squares) / most if most else None


def test_w_as_siegel_published_it():
    w = w_of(SIEGEL)[0]
    assert round(float(w), 3) == 0.828
    assert w == pytest.approx(float(w_exact(SIEGEL)), abs=1e-12)


def test_groups_of_different_sizes_stand_beside_each_other():
    few = [[1, 2, 3, 4], [2, 1, 3, 4]]
    assert w_of(few, SIEGEL, [[1, 2]]) == pytest.approx(
        [float(w_exact(few)), float(w_exact(SIEGEL)), np.nan], nan_ok=True
    )


@given(rows=RANKINGS, order=st.permutations(range(4)))
def test_w_is_the_formulas_whoever_stands_first(rows, order):
    w, exact = w_of(rows)[0], w_exact(rows)
    if exact is None:
        assert np.isnan(w)
        return
    assert w == pytest.approx(float(exact), abs=1e-12)
    mixed = [[row[i] for i in order] for row in reversed(rows)]
    assert w_of(mixed)[0] == pytest.approx(w, abs=1e-12)


@given(row=st.permutations([1, 2, 3, 4]), people=st.integers(2, 5))
def test_who_rank_alike_concord_perfectly(row, people):
    assert w_of([list(row)] * people)[0] == pytest.approx(1)
