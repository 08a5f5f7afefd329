"""Agreement with gold, on small rankings whose figures are counted by hand."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.gold.grading import flags_agreement, pairs_agreement, tau_b

RANKS = st.integers(2, 9).flatmap(
    lambda k: st.tuples(*(st.lists(st.integers(1, k), min_size=k, max_size=k) for _ in range(2)))
)


@pytest.mark.parametrize(
    ("said", "gold", "agreement", "tau"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1, 1),
        ([4, 3, 2, 1], [1, 2, 3, 4], 0, -1),
        ([1, 3, 2, 4], [1, 2, 3, 4], Fraction(5, 6), 4 / 6),  # one of six pairs turned round
        # Of six pairs one is tied here, another there; the four others are ordered alike.
        ([1, 1, 2, 3], [1, 2, 2, 3], Fraction(5, 6), 4 / sqrt(5 * 5)),
        ([1, 1, 1, 1], [1, 2, 3, 4], Fraction(1, 2), None),
    ],
)
def test_by_hand(said, gold, agreement, tau):
    assert pairs_agreement(said, gold) == pytest.approx(float(agreement))
    assert tau_b(said, gold) == (None if tau is None else pytest.approx(tau))


def test_tau_b_of_a_published_example():
    """Kendall, Rank Correlation Methods (4th ed., 1970), example 3.1: two rankings of ten, with
    ties: S = 33, of 41 and 36 untied pairs, and tau_b = 0.859."""
    first = [1, 2.5, 2.5, 4.5, 4.5, 6.5, 6.5, 8, 9.5, 9.5]
    second = [1, 2, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10]
    levels = sorted(set(first)), sorted(set(second))
    ranks = [levels[0].index(each) for each in first], [levels[1].index(each) for each in second]
    untied = [
        sum(a != b for i, a in enumerate(each) for b in each[i + 1 :]) for each in (first, second)
    ]
    score = sum(
        (first[j] - first[i]) * (second[j] - second[i]) > 0 for i in range(10) for j in range(i)
    ) - sum(
        (first[j] - first[i]) * (second[j] - second[i]) < 0 for i in range(10) for j in range(i)
    )
    assert (score, untied) == (33, [41, 36])
    assert tau_b(*ranks) == pytest.approx(33 / sqrt(41 * 36), abs=1e-9)
    assert tau_b(*ranks) == pytest.approx(0.859, abs=5e-4)


@given(RANKS)
def test_turning_one_round_turns_the_sign(pair):
    said, gold = pair
    turned = [-rank for rank in said]
    assert pairs_agreement(said, gold) + pairs_agreement(turned, gold) == pytest.approx(
        1 + both_tied(said, gold)
    )
    tau = tau_b(said, gold)
    assert tau_b(turned, gold) == (None if tau is None else pytest.approx(-tau))


def both_tied(said, gold):
    pairs = [(i, j) for j in range(len(said)) for i in range(j)]
    tied = [said[i] == said[j] and gold[i] == gold[j] for i, j in pairs]
    return sum(tied) / len(pairs)


def test_flags():
    gold = [["rude"], [], ["rude", "wrong"]]
    assert flags_agreement(gold, gold, ["rude", "wrong"]) == 1
    assert flags_agreement([[], [], ["wrong"]], gold, ["rude", "wrong"]) == pytest.approx(4 / 6)
    assert flags_agreement(gold, gold, []) is None
