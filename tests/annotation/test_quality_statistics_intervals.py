import pytest

from annotation.quality.statistics.intervals import wilson, win_rate


def test_wilson_by_hand() -> None:
    # 8 of 10 with z = 2: centre (0.8 + 4/20) / 1.4, half 2 sqrt(0.016 + 0.01) / 1.4
    rate = wilson(successes=8, trials=10, z=2.0)
    assert rate.rate == 0.8
    assert rate.low == pytest.approx(0.714285714 - 0.230350221, abs=1e-8)
    assert rate.high == pytest.approx(0.714285714 + 0.230350221, abs=1e-8)


def test_wilson_stays_within_zero_and_one() -> None:
    assert wilson(successes=0, trials=5).low == 0.0
    assert wilson(successes=5, trials=5).high == 1.0


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 4)])
def test_wilson_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="no interval"):
        wilson(successes=successes, trials=trials)


def test_a_tie_is_half_a_win() -> None:
    assert win_rate([1.0, 2.0, 3.0, 0.0], [0.0, 2.0, 1.0, 1.0]).rate == 2.5 / 4


def test_pairs_must_align() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        win_rate([1.0], [1.0, 2.0])


def test_what_differs_by_no_more_than_the_tie_is_a_tie() -> None:
    assert win_rate([1.0, 1.0, 1.0], [0.8, 1.2, 0.7], tie=0.25).rate == 2.0 / 3
