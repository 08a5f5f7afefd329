"""Muon for a few small matrices on a CPU.

torch.optim.Muon orthogonalises each matrix by itself in bfloat16, which took half of the whole
pretraining on CPUs without bfloat16 arithmetic. This one does the same mathematics in fp32, all
matrices of a shape at once. Source: Keller Jordan's Muon, https://kellerjordan.github.io/posts/muon/
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5


def orthogonalised(matrices: Tensor) -> Tensor:
    """Bring the singular values of (n, rows, columns) near 1: a quintic Newton-Schulz iteration."""
    a, b, c = _COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


class BatchedMuon(torch.optim.Optimizer):
    """Nesterov momentum, then orthogonalisation; no weight decay. Takes 2-d parameters only."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        for group in self.param_groups:
            by_shape: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    by_shape[tuple(weight.shape)].append(weight)
            for (rows, columns), weights in by_shape.items():
                moved = [self._momentum(weight, group["momentum"]) for weight in weights]
                rate = group["lr"] * math.sqrt(max(1.0, rows / columns))
                updates = orthogonalised(torch.stack(moved)).unbind()
                torch._foreach_add_(weights, list(updates), alpha=-rate)

    def _momentum(self, weight: Tensor, momentum: float) -> Tensor:
        gradient = weight.grad
        assert gradient is not None
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(gradient, 1.0 - momentum)
        return gradient.lerp(state["momentum"], momentum)
