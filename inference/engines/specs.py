"""The specs of engine jobs: what `python -m inference.engines SPEC.json` is told."""

from typing import Literal

from pydantic import Field, model_validator

from inference.child.spec import AbsolutePath, Config, Spec

Dtype = Literal["float32", "bfloat16"]


class SampleConfig(Config):
    batch_size: int = Field(default=64, ge=1)
    """Answers, not prompts, decoded at once."""
    dtype: Dtype = "float32"
    template_hashes: dict[str, str] = {}
    """By model name: what the registry says; a model whose own differs is refused."""


class SampleSpec(Spec):
    kind: Literal["sample"]
    models: dict[str, AbsolutePath] = Field(min_length=1)
    requests: AbsolutePath
    config: SampleConfig = SampleConfig()

    @model_validator(mode="after")
    def hashes_name_models(self) -> "SampleSpec":
        if unknown := set(self.config.template_hashes) - set(self.models):
            raise ValueError(f"template_hashes names {sorted(unknown)}, which are not in models")
        return self


class RewardModel(Config):
    reward: AbsolutePath


class ScoreConfig(Config):
    batch_size: int = Field(default=64, ge=1)
    template_hash: str | None = None


class ScoreSpec(Spec):
    kind: Literal["score"]
    models: RewardModel
    requests: AbsolutePath
    config: ScoreConfig = ScoreConfig()


KINDS: dict[str, type[Spec]] = {"sample": SampleSpec, "score": ScoreSpec}
