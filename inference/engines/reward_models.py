"""Scoring with a reward model: a sequence-classification folder with one label and a bias.

Pooling goes by the true mask, not by comparing ids with the pad token, so that a score does not
depend on the batch it was computed in.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification

from inference.engines.padding import pad_right

BIAS_FILE = "reward_bias.json"


class RewardModel(NamedTuple):
    model: Any
    bias: float
    """Added to every logit: demonstrations score 0 on average (InstructGPT appendix C.2)"""


def load_reward_model(folder: Path, device: torch.device) -> RewardModel:
    """In float32 and eval mode. A folder without the bias file has bias 0."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    path = folder / BIAS_FILE
    bias = float(json.loads(path.read_text())["bias"]) if path.is_file() else 0.0
    return RewardModel(model.to(device).eval(), bias)


def pooled_logits(model: Any, ids: Tensor, mask: Tensor) -> Tensor:
    """The head's output at each row's last real token, (b,), of right-padded (b, t) rows."""
    hidden = model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
    last = mask.sum(1) - 1
    pooled = hidden[torch.arange(len(ids), device=ids.device), last]
    logits: Tensor = model.score(pooled).squeeze(-1)
    return logits


@torch.no_grad()
def score_rows(
    reward: RewardModel, rows: Sequence[Sequence[int]], pad_id: int, batch_size: int = 64
) -> Tensor:
    """Scores, (len(rows),) float32 on the CPU, of rows of prompt and answer ending with EOS."""
    device = reward.model.device
    scores = torch.zeros(len(rows))
    # Rows of like length together: little padding.
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        padded = pad_right([rows[i] for i in chosen], pad_id, device)
        logits = pooled_logits(reward.model, padded.ids, padded.mask)
        scores[chosen] = logits.float().cpu()
    return scores + reward.bias
