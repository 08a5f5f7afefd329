"""The randomness of sampling: for each answer a row of numbers, one per token."""

from collections.abc import Sequence
from hashlib import shake_256

import torch
from torch import Tensor

BITS = 53
"""Of a float64's fraction"""


def table_noise(rows: int, width: int, generator: torch.Generator) -> Tensor:
    """(rows, width) float64 in [0, 1), where all rows are drawn at once and by one owner."""
    return torch.rand(rows, width, generator=generator, device=generator.device, dtype=torch.double)


def row_noise(names: Sequence[str], width: int) -> Tensor:
    """(len(names), width) float64 in [0, 1): each row drawn from its own name alone.

    The same on every machine and device, whatever stands beside it; a smaller width gives a row's
    beginning. SHAKE-256 serves as the counter-based generator.
    """
    data = b"".join(shake_256(name.encode()).digest(8 * width) for name in names)
    whole = torch.frombuffer(bytearray(data), dtype=torch.int64).view(len(names), width)
    noise: Tensor = (whole & (2**BITS - 1)).double() / 2**BITS
    return noise
