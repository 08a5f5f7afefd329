"""Agreement over pairs, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.feedback.agreement import agreement

RANKS = st.lists(st.integers(1, 4), min_size=4, max_size=4)


def test_agreement_by_hand():
    # Pairs (1,2) (1,3) (2,3). First ranking: alike, alike, tied by one. Second: all against.
    measured = agreement([([1, 2, 2], [1, 2, 3]), ([1, 2, 3], [3, 2, 1])])
    assert measured.pairs == 6
    assert measured.rate == pytest.approx(2 / 5)
    assert measured.tied == pytest.approx(1 / 6)
    assert measured.with_ties == pytest.approx((2 + 1 / 2) / 6)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], 0.0),
        ([1, 1, 1, 1], [1, 1, 1, 1], 1.0),  # both find all of them alike
        ([1, 2, 3, 4], [1, 1, 1, 1], 0.5),
        ([1, 2, 3, 4], [1, 1, 2, 2], 5 / 6),
    ],
)
def test_a_tie_by_one_counts_half(first, second, same):
    assert agreement([(first, second)]).with_ties == pytest.approx(same)


def test_nobody_to_compare_is_no_disagreement():
    assert agreement([]).with_ties == 1.0


@given(first=RANKS, second=RANKS)
def test_agreement_is_mutual_and_a_share(first, second):
    one, other = agreement([(first, second)]), agreement([(second, first)])
    assert one == other
    assert 0 <= one.with_ties <= 1
    assert agreement([(first, first)]).with_ties == 1
    opposite = [5 - rank for rank in first]
    assert agreement([(first, opposite)]).rate == 0
