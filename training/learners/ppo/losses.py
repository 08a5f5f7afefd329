"""PPO's two clipped losses (Schulman et al. 2017), as sums over tokens divided by a given count.

The caller gives the token count of the whole optimizer step: a mean of micro-batch means would
weigh a token in a short batch more.
"""

from typing import NamedTuple

import torch
from torch import Tensor

LOG_RATIO_LIMIT = 20.0


class PolicyLoss(NamedTuple):
    loss: Tensor
    ratio: Tensor
    """(b, r) without gradient"""
    clipped: Tensor
    """() number of tokens whose ratio lies outside the clip range, without gradient"""


def policy_loss(
    log_probs: Tensor,
    old_log_probs: Tensor,
    advantages: Tensor,
    mask: Tensor,
    *,
    clip: float,
    tokens: Tensor,
) -> PolicyLoss:
    """sum max(-A rho, -A clip(rho, 1 - c, 1 + c)) / tokens; all tensors (b, r), `tokens` ()."""
    difference = (log_probs - old_log_probs).clamp(-LOG_RATIO_LIMIT, LOG_RATIO_LIMIT)
    ratio = difference.exp()
    free = -advantages * ratio
    bound = -advantages * ratio.clamp(1 - clip, 1 + clip)
    loss = (torch.maximum(free, bound) * mask).sum() / tokens
    fixed = ratio.detach()
    return PolicyLoss(loss, fixed, (((fixed - 1).abs() > clip) & mask).sum())


def value_loss(
    values: Tensor,
    old_values: Tensor,
    returns: Tensor,
    mask: Tensor,
    *,
    clip: float,
    tokens: Tensor,
) -> Tensor:
    """sum 0.5 max((v - R)^2, (clip(v, v_old +- c) - R)^2) / tokens; all (b, r), `tokens` ()."""
    near = torch.clamp(values, old_values - clip, old_values + clip)
    worse = torch.maximum((values - returns) ** 2, (near - returns) ** 2)
    return 0.5 * (worse * mask).sum() / tokens
