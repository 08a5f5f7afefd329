"""What a learner may be told: one spec per stage, with a frozen config whose defaults suit the
small built-in model on a laptop. Plain pydantic: web processes validate recipes with it.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from inference.child.spec import AbsolutePath, Config, Spec
from inference.engines.protocol import MAX_NEW_TOKENS


class SftConfig(Config):
    """Supervised fine-tuning, InstructGPT section 3.5 and appendix C.1."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=16, ge=1)
    learning_rate: float = Field(default=1e-3, gt=0)
    warmup_ratio: float = Field(default=0.05, ge=0, lt=1)
    final_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    """The cosine falls to this share of the learning rate."""
    weight_decay: float = Field(default=0.0, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """On each residual branch, while training only."""
    max_length: int = Field(default=256, ge=8)
    """Tokens of prompt and completion; longer demonstrations are left out, and counted aloud."""
    samples: int = Field(default=4, ge=0)
    """Validation prompts answered at the end, for people to see."""
    max_new_tokens: int = Field(default=MAX_NEW_TOKENS, ge=1)
    rated_at_least: int | None = Field(default=None, ge=1, le=7)
    """Learn from models' answers too that no labeler gave less on the Likert scale ("FeedME" in
    OpenAI's list of models); None learns from demonstrations alone."""


class RewardConfig(Config):
    """K-wise reward model, InstructGPT section 3.5 equation 1."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=16, ge=1)
    """Rankings per optimizer step; each brings its K completions."""
    learning_rate: float = Field(default=1e-3, gt=0)
    warmup_ratio: float = Field(default=0.05, ge=0, lt=1)
    final_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    weight_decay: float = Field(default=0.1, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    max_length: int = Field(default=256, ge=8)


class PpoConfig(Config):
    """Proximal policy optimisation of a bandit, InstructGPT section 3.5 and appendix C.4."""

    updates: int = Field(default=40, ge=1)
    rollouts: int = Field(default=64, ge=1)
    """Answers sampled per update, each to a prompt of its own."""
    epochs: int = Field(default=1, ge=1)
    """Inner epochs over each update's rollouts."""
    minibatches: int = Field(default=4, ge=1)
    """Optimizer steps per inner epoch."""
    micro_batch_size: int | None = Field(default=None, ge=1)
    """Rows per forward where a minibatch does not fit in memory; the maths stays the same."""
    learning_rate: float = Field(default=4e-4, gt=0)
    value_learning_rate: float = Field(default=1e-3, gt=0)
    warmup_updates: int = Field(default=10, ge=0)
    """The policy's rate climbs from a tenth to the whole over these."""
    max_grad_norm: float = Field(default=1.0, gt=0)
    clip: float = Field(default=0.2, gt=0, lt=1)
    value_clip: float = Field(default=0.2, gt=0)
    gamma: float = Field(default=1.0, gt=0, le=1)
    gae_lambda: float = Field(default=0.95, ge=0, le=1)
    value_head: Literal["reward", "zero"] = "reward"
    """Where the value head starts; its trunk is always the reward model's."""
    whiten_rewards: bool = False
    kl_control: Literal["fixed", "adaptive"] = "fixed"
    beta: float = Field(default=0.1, ge=0)
    kl_target: float = Field(default=6.0, gt=0)
    kl_horizon: float = Field(default=10_000, gt=0)
    kl_ceiling: float | None = Field(default=10.0, gt=0)
    """Stop once the policy is this many nats a response away, and publish the last one that was
    not: beyond it the reward model errs."""
    score_clip: float = Field(default=10.0, gt=0)
    missing_eos_penalty: float = Field(default=1.0, ge=0)
    min_eos_rate: float = Field(default=0.05, ge=0, le=1)
    """Abort on the first batch below this: the start model does not end its answers."""
    temperature: float = Field(default=1.0, gt=0)
    max_prompt_length: int = Field(default=192, ge=1)
    max_new_tokens: int = Field(default=MAX_NEW_TOKENS, ge=1)
    evaluate_every: int = Field(default=10, ge=1)
    evaluate_prompts: int = Field(default=64, ge=1)
    """Validation prompts answered at the start, the end and in between."""
    sample_prompts: int = Field(default=4, ge=0)
    """So many of these answers are shown each time."""

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        if self.rollouts % self.minibatches:
            raise ValueError(
                f"rollouts ({self.rollouts}) must be a multiple of minibatches ({self.minibatches})"
            )
        return self

    @property
    def optimizer_steps(self) -> int:
        """The plan that the run is held to."""
        return self.updates * self.epochs * self.minibatches


class StartModels(Config):
    start: AbsolutePath


class PpoModels(Config):
    start: AbsolutePath
    reference: AbsolutePath
    reward: AbsolutePath


class SftSpec(Spec):
    kind: Literal["sft"]
    data: AbsolutePath
    models: StartModels
    config: SftConfig = SftConfig()


class RewardSpec(Spec):
    kind: Literal["reward"]
    data: AbsolutePath
    models: StartModels
    config: RewardConfig = RewardConfig()


class PpoSpec(Spec):
    kind: Literal["ppo"]
    data: AbsolutePath
    models: PpoModels
    config: PpoConfig = PpoConfig()


KINDS: dict[str, type[Spec]] = {"sft": SftSpec, "reward": RewardSpec, "ppo": PpoSpec}
