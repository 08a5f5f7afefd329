import pytest
from pydantic import ValidationError

from inference.engines.protocol import Sampling
from training.learners.specs import PpoConfig, RewardConfig, SftConfig
from training.recipes import Recipe


@pytest.mark.parametrize(
    ("config", "changes", "field"),
    [
        (SftConfig, {"epochs": 0}, "epochs"),
        (SftConfig, {"dropout": 1.0}, "dropout"),
        (RewardConfig, {"learning_rate": 0}, "learning_rate"),
        (RewardConfig, {"epoch": 1}, "epoch"),
        (PpoConfig, {"clip": 1.5}, "clip"),
        (PpoConfig, {"value_head": "random"}, "value_head"),
    ],
)
def test_what_makes_no_sense_is_rejected(config, changes, field):
    with pytest.raises(ValidationError) as caught:
        config.model_validate(changes)
    assert caught.value.errors()[0]["loc"] == (field,)


def test_the_plan_of_optimizer_steps():
    config = PpoConfig(updates=40, rollouts=64, minibatches=4, epochs=2)
    assert config.optimizer_steps == 320


def test_configs_are_frozen():
    with pytest.raises(ValidationError):
        SftConfig().epochs = 3  # type: ignore[misc]


def test_answers_are_as_long_in_sampling_as_in_training():
    lengths = {config().max_new_tokens for config in (Sampling, SftConfig, PpoConfig)}
    assert lengths == {Recipe(name="plain").max_new_tokens}
