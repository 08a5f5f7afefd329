"""Recipes: what a round does, as one frozen document. A recipe is refused, never corrected."""

from typing import Annotated, Any, Self

from django.core.exceptions import ValidationError as Unstorable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import ConfigDict, Field, ValidationError, model_validator

from annotation.texts import json_validate
from inference.child.spec import Config
from inference.engines.protocol import MAX_NEW_TOKENS
from training.learners.specs import PpoConfig, RewardConfig, SftConfig

Share = Annotated[float, Field(gt=0, le=1)]
MANY = 1_000_000


class RecipeError(ValueError):
    """A recipe that contradicts itself; the message names each field at fault by its path."""


class Recipe(Config):
    """One turn of the loop: SFT, sample, rank, reward model, PPO, sample."""

    model_config = ConfigDict(allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=60)
    description: str = Field(default="", max_length=2000)
    k: int = Field(default=6, ge=4, le=9)
    """Answers per ranking task."""
    prompts_per_round: int = Field(default=300, ge=1, le=MANY)
    """Ranking tasks a round gives out; what an earlier round's policy left open counts."""
    rankings_share: Share = 1.0
    """The reward model waits for this share of the rankings asked for."""
    rankings_wanted: int | None = Field(default=None, ge=1, le=MANY)
    """Or for this number of them."""
    policy_mix: float = Field(default=0.5, ge=0, le=1)
    """From round 2 on, the share of the answers that the previous round's policy gives."""
    temperature: float = Field(default=1.0, gt=0, le=10)
    max_new_tokens: int = Field(default=MAX_NEW_TOKENS, ge=1, le=100_000)
    sample_batch_size: int = Field(default=256, ge=1, le=100_000)
    """Answers decoded at once; lower it where memory is short."""
    policy_sample_prompts: int = Field(default=60, ge=0, le=MANY)
    """Prompts that the new policy answers at the end, for people to rank; 0 skips the stage."""
    sft: SftConfig = SftConfig()
    reward: RewardConfig = RewardConfig()
    ppo: PpoConfig = PpoConfig()

    @model_validator(mode="after")
    def _one_kind_of_wanted(self) -> Self:
        if self.rankings_wanted is not None and self.rankings_share != 1.0:
            raise ValueError("give rankings_share or rankings_wanted, not both")
        return self

    @model_validator(mode="after")
    def _answers_are_read_whole(self) -> Self:
        for stage in ("sft", "reward"):
            if getattr(self, stage).max_length <= self.max_new_tokens:
                raise ValueError(
                    f"{stage}.max_length must be above max_new_tokens ({self.max_new_tokens}), "
                    "or no sampled answer would fit"
                )
        return self

    def wanted(self, possible: int) -> int:
        """How many of `possible` rankings the reward model waits for."""
        if self.rankings_wanted is not None:
            return min(self.rankings_wanted, possible)
        return min(possible, max(1, round(self.rankings_share * possible)))


LAPTOP = Recipe(
    name="laptop",
    description=gettext_noop(
        "The small built-in model on two cores: a round's computing takes minutes."
    ),
    sft=SftConfig(rated_at_least=7),
    ppo=PpoConfig(updates=30, beta=0.2),
)

BY_HAND = Recipe(
    name="by-hand",
    description=gettext_noop(
        "Twenty rankings of four answers, which one person does in a quarter of an hour."
    ),
    k=4,
    prompts_per_round=20,
    policy_sample_prompts=8,
    sft=SftConfig(rated_at_least=7),
    ppo=PpoConfig(updates=12, evaluate_every=4),
)

SMOKE = Recipe(
    name="smoke",
    description=gettext_noop(
        "Everything once and small, in seconds: shows that the loop turns, teaches little."
    ),
    k=4,
    prompts_per_round=12,
    max_new_tokens=16,
    policy_sample_prompts=4,
    sft=SftConfig(epochs=1, batch_size=8, samples=1, max_new_tokens=16, rated_at_least=7),
    reward=RewardConfig(epochs=1, batch_size=4),
    ppo=PpoConfig(
        updates=2,
        rollouts=8,
        minibatches=2,
        max_new_tokens=16,
        warmup_updates=1,
        min_eos_rate=0.0,
        sample_prompts=1,
        evaluate_every=1,
        evaluate_prompts=4,
    ),
)

INSTRUCTGPT = Recipe(
    name="instructgpt",
    description=gettext_noop(
        "InstructGPT's numbers (arXiv 2203.02155, appendix C), for a large model on GPUs."
    ),
    k=9,
    prompts_per_round=33_000,
    max_new_tokens=1000,
    sample_batch_size=64,
    policy_sample_prompts=1000,
    sft=SftConfig(
        epochs=16,
        batch_size=32,
        learning_rate=9.65e-6,
        warmup_ratio=0.0,
        dropout=0.2,
        max_length=2048,
        max_new_tokens=1000,
    ),
    reward=RewardConfig(epochs=1, batch_size=64, learning_rate=9e-6, max_length=2048),
    ppo=PpoConfig(
        updates=500,
        rollouts=512,
        minibatches=8,
        learning_rate=9e-6,
        value_learning_rate=9e-6,
        beta=0.02,
        kl_ceiling=None,
        max_prompt_length=1000,
        max_new_tokens=1000,
    ),
)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (LAPTOP, BY_HAND, SMOKE, INSTRUCTGPT)
}


def recipe_load(source: str | dict[str, Any] | Recipe) -> Recipe:
    """A recipe by its name, or from a document that a database can hold. Raises RecipeError."""
    if isinstance(source, Recipe):
        return source
    if isinstance(source, str):
        if source not in RECIPES:
            raise RecipeError(
                _("%(name)s is none of the recipes %(recipes)s.")
                % {"name": repr(source), "recipes": ", ".join(RECIPES)}
            )
        return RECIPES[source]
    try:
        recipe = Recipe.model_validate(source)
        json_validate(recipe.model_dump(mode="json"), what=_("The recipe"))
    except ValidationError as error:
        raise RecipeError(_plain(error)) from error
    except Unstorable as error:
        raise RecipeError(" ".join(error.messages)) from error
    return recipe


def _plain(error: ValidationError) -> str:
    return "\n".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'recipe'}: {one['msg']}"
        for one in error.errors(include_url=False)
    )
