"""Scores of answers by a reward model folder, batch by batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from inference.engines.protocol import Score, ScoreRequest
from inference.engines.reward_models import load_reward_model, score_rows
from inference.engines.templates import check_template, render_completion, render_prompt


class Scorer:
    """A score is the head's logit at the answer's EOS, plus the model's bias."""

    def __init__(
        self,
        folder: Path,
        *,
        device: torch.device,
        batch_size: int = 64,
        template_hash: str | None = None,
    ) -> None:
        """Raises Failure where the model's chat template is not the declared one."""
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        if template_hash is not None:
            check_template(self.tokenizer, template_hash, "its entry in the registry")
        self.reward = load_reward_model(folder, device)
        self.batch_size = batch_size

    def score(self, requests: Sequence[ScoreRequest]) -> list[Score]:
        """In the order given; the batch size changes nothing past rounding."""
        rows = [self._row(request) for request in requests]
        scores = score_rows(self.reward, rows, self._pad_id, self.batch_size).tolist()
        return [
            Score(id=request.id, score=score)
            for request, score in zip(requests, scores, strict=True)
        ]

    def _row(self, request: ScoreRequest) -> list[int]:
        messages = [message.model_dump() for message in request.messages]
        return [
            *render_prompt(self.tokenizer, messages),
            *render_completion(self.tokenizer, request.completion),
        ]

    @property
    def _pad_id(self) -> int:
        pad, eos = self.tokenizer.pad_token_id, self.tokenizer.eos_token_id
        return int(eos if pad is None else pad)
