"""Residual dropout for models that were built without it (Llama has none)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

BRANCHES = ("self_attn", "attn", "attention", "mlp")
"""What the common architectures call the two branches of a layer"""


@contextmanager
def residual_dropout(model: nn.Module, probability: float) -> Iterator[int]:
    """Drop elements of every residual branch's output while `model` is in training mode.

    InstructGPT appendix C.1 (0.2). Yields the number of branches; the hooks leave with the block,
    so that the saved model has no trace of them.
    """
    hooks = []
    if probability > 0:
        for name, module in model.named_modules():
            if name.rsplit(".", 1)[-1] in BRANCHES:
                hooks.append(module.register_forward_hook(_dropper(probability)))
    try:
        yield len(hooks)
    finally:
        for hook in hooks:
            hook.remove()


def _dropper(probability: float) -> Any:
    def drop(module: nn.Module, _inputs: Any, output: Any) -> Any:
        if not module.training:
            return output
        if isinstance(output, tuple):
            return (F.dropout(output[0], probability), *output[1:])
        assert isinstance(output, Tensor)
        return F.dropout(output, probability)

    return drop
