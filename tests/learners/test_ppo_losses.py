import math

import pytest
import torch
from torch import tensor

from training.learners.ppo.losses import policy_loss, value_loss

TRUE = tensor([[True, True, True, True]])


def test_the_policy_loss_by_hand():
    ratios = [1.5, 1.5, 0.5, 0.5]
    advantages = tensor([[1.0, -1.0, 1.0, -1.0]])
    log_probs = tensor([[math.log(r) for r in ratios]])
    # max(-1.5, -1.2), max(1.5, 1.2), max(-0.5, -0.8), max(0.5, 0.8)
    got = policy_loss(log_probs, torch.zeros(1, 4), advantages, TRUE, clip=0.2, tokens=tensor(4))
    assert got.loss.item() == pytest.approx((-1.2 + 1.5 - 0.5 + 0.8) / 4, abs=1e-6)
    assert got.ratio[0].tolist() == pytest.approx(ratios)
    assert got.clipped.item() == 4


def test_a_clipped_token_has_no_gradient():
    log_probs = tensor([[math.log(1.5), math.log(1.5), 0.0, 0.0]], requires_grad=True)
    advantages = tensor([[1.0, -1.0, 2.0, 0.0]])
    loss = policy_loss(
        log_probs, torch.zeros(1, 4), advantages, TRUE, clip=0.2, tokens=tensor(4)
    ).loss
    loss.backward()
    # d(-A rho)/d log p = -A rho where it is not clipped
    assert log_probs.grad is not None
    assert log_probs.grad[0].tolist() == pytest.approx([0.0, 1.5 / 4, -2.0 / 4, 0.0])


def test_padding_costs_nothing():
    mask = tensor([[True, False, False, False]])
    got = policy_loss(
        tensor([[0.0, 5.0, -5.0, 50.0]]), torch.zeros(1, 4), torch.ones(1, 4), mask,
        clip=0.2, tokens=tensor(1),
    )  # fmt: skip
    assert got.loss.item() == pytest.approx(-1.0)
    assert got.clipped.item() == 0


def test_a_wild_log_ratio_stays_finite():
    got = policy_loss(
        tensor([[500.0, -500.0, 0.0, 0.0]]), torch.zeros(1, 4), -torch.ones(1, 4), TRUE,
        clip=0.2, tokens=tensor(4),
    )  # fmt: skip
    assert torch.isfinite(got.loss)
    assert got.ratio.max().item() == pytest.approx(math.exp(20), rel=1e-5)


def test_the_value_loss_by_hand():
    old = torch.zeros(1, 4)
    values = tensor([[0.1, 1.0, 1.0, -1.0]])
    returns = tensor([[1.0, 2.0, -1.0, 0.0]])
    # (0.1-1)^2; max((1-2)^2, (0.2-2)^2); max((1+1)^2, (0.2+1)^2); max(1, 0.04)
    expected = 0.5 * (0.81 + 3.24 + 4.0 + 1.0) / 4
    got = value_loss(values, old, returns, TRUE, clip=0.2, tokens=tensor(4))
    assert got.item() == pytest.approx(expected, abs=1e-6)


def test_micro_batches_add_up_to_the_whole():
    torch.manual_seed(0)
    new, old, advantages = torch.randn(6, 5), torch.randn(6, 5), torch.randn(6, 5)
    mask = torch.arange(5) < tensor([5, 1, 2, 5, 3, 1])[:, None]
    tokens = mask.sum()
    whole = policy_loss(new, old, advantages, mask, clip=0.2, tokens=tokens).loss
    parts = [
        policy_loss(new[i], old[i], advantages[i], mask[i], clip=0.2, tokens=tokens).loss
        for i in (slice(0, 1), slice(1, 4), slice(4, 6))
    ]
    assert torch.stack(parts).sum().item() == pytest.approx(whole.item(), abs=1e-6)
