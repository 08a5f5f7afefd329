import pytest

from training.learners.schedule import cosine_factor, warmup_factor


@pytest.mark.parametrize(("update", "factor"), [(0, 0.1), (5, 0.55), (10, 1.0), (99, 1.0)])
def test_ppos_warmup(update, factor):
    assert warmup_factor(update, 10) == pytest.approx(factor)


def test_no_warmup_begins_whole():
    assert warmup_factor(0, 0) == 1


@pytest.mark.parametrize(
    ("step", "factor"), [(0, 1 / 3), (1, 2 / 3), (2, 1.0), (52, 0.55), (102, 0.1)]
)
def test_the_cosine_by_hand(step, factor):
    assert cosine_factor(step, 102, warmup=2, floor=0.1) == pytest.approx(factor)
