"""From one score per answer to one reward per token."""

import torch
from torch import Tensor


def answer_scores(
    scores: Tensor, finished: Tensor, *, clip: float, missing_eos_penalty: float
) -> Tensor:
    """What an answer earns, (b,): its score cut to +-clip, less a penalty without EOS."""
    return scores.clamp(-clip, clip) - missing_eos_penalty * (~finished).float()


def token_rewards(
    scores: Tensor, log_probs: Tensor, ref_log_probs: Tensor, mask: Tensor, beta: float
) -> Tensor:
    """(b, r): -beta (log pi - log pi_ref) at each token, the score added at the last.

    `scores` is (b,), the others (b, r). The log-ratio is signed (the k1 estimator): clamping it at
    0 would bias the penalty. Every row has at least one token.
    """
    rewards = -beta * (log_probs - ref_log_probs) * mask
    last = mask.sum(1) - 1
    rewards[torch.arange(len(scores), device=scores.device), last] += scores
    return rewards


def response_kl(log_probs: Tensor, ref_log_probs: Tensor, mask: Tensor) -> Tensor:
    """(b,) nats a response: the sum of a sample's log-ratios, an estimate of KL(pi, pi_ref)."""
    return ((log_probs - ref_log_probs) * mask).sum(1)
