"""Masked means, whitening, and generalised advantage estimation (Schulman et al. 2016)."""

from typing import NamedTuple

import torch
from torch import Tensor


class Advantages(NamedTuple):
    advantages: Tensor
    """(b, r), not yet whitened; 0 at padding"""
    returns: Tensor
    """(b, r): advantage + value, what the value model should have said; 0 at padding"""


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum() / mask.sum()


def masked_variance(values: Tensor, mask: Tensor) -> Tensor:
    """Population variance (no correction) over the true entries."""
    return masked_mean((values - masked_mean(values, mask)) ** 2, mask)


def whiten(values: Tensor, mask: Tensor, *, center: bool) -> Tensor:
    """Unit variance over the true entries of the whole rollout; mean 0 if `center`, else kept."""
    mean = masked_mean(values, mask)
    scaled = (values - mean) * torch.rsqrt(masked_variance(values, mask) + 1e-8)
    return (scaled if center else scaled + mean) * mask


def estimate_advantages(
    rewards: Tensor, values: Tensor, mask: Tensor, *, gamma: float, gae_lambda: float
) -> Advantages:
    """delta_t = r_t + gamma V_{t+1} - V_t;  A_t = delta_t + gamma lambda A_{t+1}.

    All (b, r). Past a row's end values and advantages are 0: an answer is over, not cut.
    """
    values = values * mask
    rewards = rewards * mask
    advantages = torch.zeros_like(values)
    after = torch.zeros_like(values[:, 0])
    next_value = torch.zeros_like(after)
    for t in reversed(range(values.shape[1])):
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        after = (delta + gamma * gae_lambda * after) * mask[:, t]
        advantages[:, t] = after
        next_value = values[:, t]
    return Advantages(advantages, (advantages + values) * mask)
