"""The shape of the built-in base model, without torch: whoever asks if it stands reads this."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PretrainConfig:
    """The shape of the model and of its training; rates are peaks, decayed linearly to a tenth."""

    steps: int = 900
    documents: int = 32
    layers: int = 2
    width: int = 128
    inner: int = 256
    heads: int = 8
    context: int = 512
    matrix_rate: float = 0.02
    other_rate: float = 5e-3
    warmup: int = 50
    decay_share: float = 0.8
    prompt_weight: float = 0.05
    """Of the loss on a prompt's tokens, beside 1 on those of the answer."""

    def validate(self) -> None:
        """Raise ValueError where no model could be trained."""
        if min(self.steps, self.documents, self.layers, self.width, self.heads) < 1:
            raise ValueError("steps, documents, layers, width and heads must be at least 1")
        if self.width % self.heads:
            raise ValueError(f"{self.heads} heads do not divide a width of {self.width}")

    def as_dict(self) -> dict[str, int | float]:
        return asdict(self)
