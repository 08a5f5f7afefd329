"""The K-wise pairwise loss of reward models."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def preferences(ranks: Tensor) -> Tensor:
    """(K, K) bool of ranks (K,), 1 = best: [i, j] where i is strictly better; ties are in none."""
    return ranks[:, None] < ranks[None, :]


def ranking_loss(scores: Tensor, ranks: Tensor) -> Tensor:
    """Mean of softplus(-(r_w - r_l)) over a ranking's strict pairs; scores and ranks are (K,).

    InstructGPT equation 1, with the mean over the pairs in use instead of K choose 2. A ranking
    without a strict pair has loss 0.
    """
    better = preferences(ranks)
    if not better.any():
        return scores.sum() * 0
    differences = scores[:, None] - scores[None, :]
    return F.softplus(-differences[better]).mean()


def batch_loss(scores: Sequence[Tensor], ranks: Sequence[Tensor]) -> Tensor:
    """Mean over rankings, so that one with many completions does not outweigh the others."""
    losses = [ranking_loss(s, r) for s, r in zip(scores, ranks, strict=True)]
    return torch.stack(losses).mean()


def pair_accuracy(scores: Sequence[Tensor], ranks: Sequence[Tensor]) -> tuple[float, int]:
    """(share of strict pairs scored in the right order, number of pairs); equal scores half."""
    right, pairs = 0.0, 0
    for one_scores, one_ranks in zip(scores, ranks, strict=True):
        better = preferences(one_ranks)
        differences = (one_scores[:, None] - one_scores[None, :])[better]
        right += float((differences > 0).sum()) + 0.5 * float((differences == 0).sum())
        pairs += int(better.sum())
    return (right / pairs if pairs else float("nan")), pairs
