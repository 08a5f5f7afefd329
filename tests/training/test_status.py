"""A stage's figures in words."""

import pytest

from inference.registry import model_register
from tests.cast import Cast
from tests.training.test_curves import run_with
from tests.training.test_notices import round_at
from training.models import Run
from training.status import round_status

pytestmark = [pytest.mark.service, pytest.mark.django_db]


def figures_of(
    cast: Cast, stage: str, points: dict[str, list[float]], made: dict[str, float] | None = None
) -> list[str]:
    run = run_with(cast, stage, points)
    if made:
        model_register(
            project=cast.project,
            name="made",
            kind="reward",
            folder="m",
            made_by=f"run:{run.pk}",
            metrics=made,
        )
    (told,) = round_status(round_at(cast, stage, run))["stages"]
    figures: list[str] = told["figures"]
    return figures


@pytest.mark.parametrize(
    ("stage", "points", "made", "figures"),
    [
        (
            Run.Stage.SFT,
            {"train/loss": [2.0], "valid/loss": [2.5]},
            None,
            ["validation loss 2.50", "training loss 2.00"],
        ),
        (Run.Stage.SFT, {"train/loss": [2.0]}, None, ["training loss 2.00"]),
        (Run.Stage.REWARD, {"valid/accuracy": [0.7]}, None, ["right on 70% of unseen pairs"]),
        (
            Run.Stage.REWARD,
            {},
            {"train_accuracy": 0.9, "validation_accuracy": 0.6, "rankings": 8.0},
            ["right on 60% of unseen pairs", "8 rankings"],
        ),
        (Run.Stage.REWARD, {}, {"train_accuracy": 0.9, "rankings": 8.0}, ["8 rankings"]),
        (
            Run.Stage.PPO,
            {"ppo/reward": [0.5], "ppo/kl": [1.0], "valid/reward": [0.2]},
            None,
            ["reward 0.50 in rollouts", "KL 1.0 nats from SFT in rollouts"],
        ),
    ],
)
def test_what_was_learnt_from_is_never_told_as_what_was_not(
    cast: Cast,
    stage: str,
    points: dict[str, list[float]],
    made: dict[str, float] | None,
    figures: list[str],
) -> None:
    assert figures_of(cast, stage, points, made) == figures
