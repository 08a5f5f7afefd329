"""Prompts with their responses as one batch, and where in it each response token is predicted."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor

from inference.engines.padding import pad_right


class Sequences(NamedTuple):
    """b rows of prompt + response. Rows are padded on the right only: as attention is causal, no
    real token sees padding, and positions count from 0.
    """

    ids: Tensor
    """(b, t) int64"""
    mask: Tensor
    """(b, t) int64, 1 at real tokens"""
    at: Tensor
    """(b, r) int64: the position whose output predicts each response token, i.e. the one before"""
    response: Tensor
    """(b, r) int64: the response tokens themselves"""
    response_mask: Tensor
    """(b, r) bool"""

    def rows(self, index: Tensor) -> Self:
        return self._replace(**{name: value[index] for name, value in self._asdict().items()})

    def gather(self, outputs: Tensor) -> Tensor:
        """(b, t, d) outputs at the predicting positions: (b, r, d)."""
        index = self.at[..., None].expand(-1, -1, outputs.shape[-1])
        return outputs.gather(1, index)


def lay_out(
    prompts: Sequence[Sequence[int]],
    responses: Sequence[Sequence[int]],
    pad_id: int,
    device: torch.device,
) -> Sequences:
    """Every prompt and every response has at least one token."""
    whole = pad_right([[*p, *r] for p, r in zip(prompts, responses, strict=True)], pad_id, device)
    response = pad_right(responses, pad_id, device)
    starts = torch.tensor([len(prompt) - 1 for prompt in prompts], device=device)
    at = starts[:, None] + torch.arange(response.ids.shape[1], device=device)
    last = whole.ids.shape[1] - 1
    return Sequences(whole.ids, whole.mask, at.clamp(max=last), response.ids, response.mask.bool())
