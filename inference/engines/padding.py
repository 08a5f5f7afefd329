"""Token rows of unequal length as one tensor, with the true mask beside it.

The mask is never told from the ids: a pad token inside a row is content.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

Rows = Sequence[Sequence[int]]


class Padded(NamedTuple):
    ids: Tensor
    """(b, t) int64"""
    mask: Tensor
    """(b, t) int64, 1 at real tokens"""


def pad_left(rows: Rows, pad_id: int, device: Any = None) -> Padded:
    """Every row ends with its last real token: prompts, to sample from."""
    longest = max(len(row) for row in rows)
    ids = [[pad_id] * (longest - len(row)) + list(row) for row in rows]
    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
    return Padded(torch.tensor(ids, device=device), torch.tensor(mask, device=device))


def pad_right(rows: Rows, pad_id: int, device: Any = None) -> Padded:
    """Every row begins with its first real token: whole sequences, to train on or score."""
    longest = max(len(row) for row in rows)
    ids = [list(row) + [pad_id] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return Padded(torch.tensor(ids, device=device), torch.tensor(mask, device=device))


def position_ids(mask: Tensor) -> Tensor:
    """(b, t) positions counted from each row's first real token; padding before it sits at 0."""
    return (mask.long().cumsum(1) - 1).clamp(min=0)
