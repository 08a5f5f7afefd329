import pytest
import torch
from torch import tensor

from training.learners.ppo.advantages import estimate_advantages, whiten


def test_advantages_by_hand():
    rewards = tensor([[1.0, 0.0, 2.0]])
    values = tensor([[0.5, 1.0, 1.5]])
    mask = torch.ones(1, 3, dtype=torch.bool)
    # deltas with gamma 0.9: 2 - 1.5 = 0.5; 0.9 * 1.5 - 1 = 0.35; 1 + 0.9 * 1 - 0.5 = 1.4
    # with gamma * lambda 0.45: 0.5; 0.35 + 0.225 = 0.575; 1.4 + 0.45 * 0.575 = 1.65875
    got = estimate_advantages(rewards, values, mask, gamma=0.9, gae_lambda=0.5)
    assert got.advantages[0].tolist() == pytest.approx([1.65875, 0.575, 0.5])
    assert got.returns[0].tolist() == pytest.approx([2.15875, 1.575, 2.0])


def test_padding_is_0_and_changes_nothing():
    mask = tensor([[True, True, False, False]])
    noisy = estimate_advantages(
        tensor([[1.0, 2.0, 9.0, 9.0]]), tensor([[0.5, 0.25, 7.0, 7.0]]), mask, gamma=1, gae_lambda=1
    )
    # lambda 1: the return is the sum of rewards to come
    assert noisy.returns[0].tolist() == pytest.approx([3.0, 2.0, 0.0, 0.0])
    assert noisy.advantages[0].tolist() == pytest.approx([2.5, 1.75, 0.0, 0.0])


def test_rows_do_not_touch():
    rewards, values = torch.randn(4, 6), torch.randn(4, 6)
    mask = torch.arange(6) < tensor([6, 1, 3, 4])[:, None]
    together = estimate_advantages(rewards, values, mask, gamma=1, gae_lambda=0.95)
    for i, length in enumerate((6, 1, 3, 4)):
        rows = (x[i : i + 1, :length] for x in (rewards, values, mask))
        alone = estimate_advantages(*rows, gamma=1, gae_lambda=0.95)
        assert torch.allclose(together.advantages[i, :length], alone.advantages[0], atol=1e-6)


def test_whitening_by_hand():
    values = tensor([[1.0, 3.0], [5.0, 100.0]])
    mask = tensor([[True, True], [True, False]])
    # mean 3, variance 8/3 over the three true entries
    scale = (8 / 3) ** -0.5
    centered = whiten(values, mask, center=True)
    assert centered.flatten().tolist() == pytest.approx([-2 * scale, 0, 2 * scale, 0], abs=1e-5)
    kept = whiten(values, mask, center=False)
    assert kept.flatten().tolist() == pytest.approx([3 - 2 * scale, 3, 3 + 2 * scale, 0], abs=1e-5)


def test_whitening_a_constant_is_finite():
    values, mask = torch.full((2, 2), 4.0), torch.ones(2, 2, dtype=torch.bool)
    assert whiten(values, mask, center=True).abs().max() == 0
