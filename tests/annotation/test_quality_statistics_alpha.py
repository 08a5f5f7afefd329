"""Krippendorff's alpha and Fleiss' kappa against published examples and exact fractions."""

from fractions import Fraction
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.alpha import fleiss_kappa, krippendorff_alpha, value_counts

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve
# units, values 1 to 5, 0 for what is missing.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
# Fleiss 1971, table 1: of 30 patients, how many of six psychiatrists found each of five diagnoses.
DIAGNOSES = [
    "444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334",
    "114444", "555555", "144444", "124444", "222333", "144444", "224445", "333335", "111455",
    "111112", "224444", "133555", "555555", "244444", "224555", "114444", "144445", "222224",
    "111155", "224444", "133333", "555555",
]  # fmt: skip
# Fleiss' kappa, Wikipedia: fourteen raters, ten subjects, five categories.
WIKIPEDIA = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
JUDGMENTS = st.lists(
    st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=8
)  # by unit; 0 is missing


def counts_of(rows: list[list[int]], values: int = 5) -> np.ndarray:
    """Counts of observers' rows of values from 1, 0 for what is missing."""
    table = np.array(rows)
    observer, unit = np.nonzero(table)
    return value_counts(unit, table[observer, unit] - 1, units=table.shape[1], values=values)


def alpha_exact(rows: list[list[int]], metric: str, values: int = 5) -> float:
    """From the formula, pair by pair: 1 - (n - 1) sum o d / sum n n d."""
    units = [[row[u] for row in rows if row[u]] for u in range(len(rows[0]))]
    units = [unit for unit in units if len(unit) > 1]
    margin = [Fraction(sum(unit.count(c + 1) for unit in units)) for c in range(values)]

    def distance(c: int, k: int) -> Fraction:
        if metric == "nominal":
            return Fraction(int(c != k))
        low, high = min(c, k), max(c, k)
        between = sum(margin[low : high + 1], Fraction(0))
        return (between - (margin[low] + margin[high]) / 2) ** 2

    observed = sum(
        2 * distance(a - 1, b - 1) / (len(unit) - 1)
        for unit in units
        for a, b in combinations(unit, 2)
    )
    expected = sum(
        margin[c] * margin[k] * distance(c, k) for c in range(values) for k in range(values)
    )
    return float(1 - (sum(margin) - 1) * observed / expected)


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_as_krippendorff_published_it(metric, published):
    alpha = krippendorff_alpha(counts_of(OBSERVERS), metric)
    assert round(alpha, 3) == published
    assert alpha == pytest.approx(alpha_exact(OBSERVERS, metric), abs=1e-12)
    missing = np.where(np.array(OBSERVERS) == 0, np.nan, OBSERVERS)
    library = krippendorff.alpha(reliability_data=missing, level_of_measurement=metric)
    assert alpha == pytest.approx(library, abs=1e-12)


def test_kappa_as_fleiss_published_it():
    table = [[row.count(str(value)) for value in range(1, 6)] for row in DIAGNOSES]
    assert np.sum(table, axis=0).tolist() == [26, 26, 30, 55, 43]
    kappa = fleiss_kappa(np.array(table, dtype=float))
    assert round(kappa, 3) == 0.430
    assert kappa == pytest.approx(0.4302445, abs=1e-6)  # R's irr, kappam.fleiss(diagnoses)
    assert kappa == pytest.approx(kappa_exact(table), abs=1e-12)


def test_kappa_of_wikipedia():
    kappa = fleiss_kappa(np.array(WIKIPEDIA, dtype=float))
    assert round(kappa, 3) == 0.210
    assert kappa == pytest.approx(kappa_exact(WIKIPEDIA), abs=1e-12)


def kappa_exact(table: list[list[int]]) -> float:
    agreed = [Fraction(sum(n * (n - 1) for n in row), sum(row) * (sum(row) - 1)) for row in table]
    everything = sum(map(sum, table))
    shares = [Fraction(sum(column), everything) for column in zip(*table, strict=True)]
    chance = sum(share**2 for share in shares)
    return float((sum(agreed) / len(agreed) - chance) / (1 - chance))


@given(units=JUDGMENTS, metric=st.sampled_from(["nominal", "ordinal"]))
def test_alpha_is_that_of_the_formula_and_does_not_mind_who_said_what(units, metric):
    rows = [list(row) for row in zip(*units, strict=True)]
    alpha = krippendorff_alpha(counts_of(rows, 4), metric)
    judged = {value for unit in units for value in unit if value and sum(map(bool, unit)) > 1}
    if len(judged) < 2:
        assert np.isnan(alpha)
        return
    assert alpha == pytest.approx(alpha_exact(rows, metric, 4), abs=1e-9)
    assert alpha <= 1 + 1e-12
    shuffled = [sorted(unit) for unit in units]
    again = krippendorff_alpha(counts_of([list(r) for r in zip(*shuffled, strict=True)], 4), metric)
    assert again == pytest.approx(alpha, abs=1e-12)


@given(units=JUDGMENTS, names=st.permutations([1, 2, 3, 4]))
def test_nominal_measures_do_not_mind_what_values_are_called(units, names):
    rows = [list(row) for row in zip(*units, strict=True)]
    renamed = [[names[value - 1] if value else 0 for value in row] for row in rows]
    for measure in (fleiss_kappa, lambda counts: krippendorff_alpha(counts, "nominal")):
        one, other = measure(counts_of(rows, 4)), measure(counts_of(renamed, 4))
        assert one == pytest.approx(other, abs=1e-12, nan_ok=True)


@given(said=st.lists(st.integers(1, 4), min_size=2, max_size=8).filter(lambda x: len(set(x)) > 1))
def test_who_always_agrees_agrees_perfectly(said):
    counts = counts_of([said] * 3, 4)
    assert krippendorff_alpha(counts, "nominal") == pytest.approx(1)
    assert krippendorff_alpha(counts, "ordinal") == pytest.approx(1)
    assert fleiss_kappa(counts) == pytest.approx(1)


def test_nothing_to_compare_has_no_figure():
    assert np.isnan(krippendorff_alpha(np.zeros((0, 3)), "nominal"))
    assert np.isnan(fleiss_kappa(np.eye(3)))  # each unit judged once
