"""The clustered bootstrap, beside one that draws cluster by cluster."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.bootstrap import bootstrap_rate


def test_it_is_the_bootstrap_that_draws_task_by_task():
    rng = np.random.default_rng(1)
    whole = rng.integers(1, 16, 300)
    part = rng.binomial(whole, rng.beta(6, 3, 300))
    drawn = rng.integers(0, 300, (4000, 300))
    plain = np.quantile(part[drawn].sum(axis=1) / whole[drawn].sum(axis=1), [0.025, 0.975])
    found = bootstrap_rate(part, whole, np.arange(300), resamples=4000)
    assert found.rate == part.sum() / whole.sum()
    assert [found.low, found.high] == pytest.approx(plain, abs=0.002)


def test_pairs_of_one_task_are_no_independent_trials():
    """Ten tasks that agree and ten that do not, each counted once, or as a hundred pairs."""
    agreed = np.repeat([0, 1], 1000)
    task = np.repeat(np.arange(20), 100)
    ones = np.ones(2000, dtype=int)
    clustered = bootstrap_rate(agreed, ones, task)
    alone = bootstrap_rate(agreed, ones, np.arange(2000))
    assert clustered.high - clustered.low > 5 * (alone.high - alone.low)


@given(counts=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=20))
def test_the_interval_holds_the_rate_and_a_single_task_has_no_width(counts):
    part = np.array([min(a, b) for a, b in counts])
    whole = np.array([b for _, b in counts])
    found = bootstrap_rate(part, whole, np.zeros(len(counts), dtype=int), resamples=50)
    assert found.low == pytest.approx(found.rate) == found.high
    names = np.arange(len(counts))
    one = bootstrap_rate(part, whole, names, resamples=200)
    assert 0 <= one.low <= one.high <= 1
    assert one == bootstrap_rate(part[::-1], whole[::-1], names, resamples=200)


def test_without_a_trial_there_is_no_rate():
    none = np.zeros(3, dtype=int)
    with pytest.raises(ValueError, match="no rate"):
        bootstrap_rate(none, none, none)
