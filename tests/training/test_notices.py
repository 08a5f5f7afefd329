"""What of a round needs a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import Membership
from inference.jobs.models import Job
from tests.cast import Cast
from tests.training.test_curves import run_with
from training.models import Round, RoundStage, Run
from training.notices import round_notice, run_notice
from training.recipes import RECIPES


def round_at(cast: Cast, name: str, run: Run | None = None) -> Round:
    recipe = RECIPES["smoke"].model_dump(mode="json")
    round_ = Round.objects.create(project=cast.project, number=1, recipe=recipe)
    state = RoundStage.State.RUNNING
    RoundStage.objects.create(round=round_, name=name, position=0, state=state, run=run)
    return round_


def test_rankings_wanted_are_told_in_a_sentence(cast: Cast) -> None:
    notice = round_notice(round_at(cast, RoundStage.Name.RANK))
    assert notice is not None
    assert notice.title == "Waiting for people."
    assert "needed before the reward model can start" in notice.text


def test_held_out_labelers_alone_cannot_rank_for_training(cast: Cast) -> None:
    Membership.objects.filter(user__in=[cast.lena, cast.luis]).update(state="suspended")
    notice = round_notice(round_at(cast, RoundStage.Name.RANK))
    assert notice is not None
    assert notice.title == "Nobody can rank."


def test_a_stage_that_no_worker_takes_is_told(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.SFT, {})
    round_ = round_at(cast, RoundStage.Name.SFT, run)
    assert round_notice(round_) is None
    Run.objects.update(queued_at=timezone.now() - timedelta(minutes=2))
    notice = round_notice(round_)
    assert notice is not None
    assert "No worker" in notice.title
    Run.objects.update(state=Job.State.RUNNING)
    assert round_notice(round_) is None


RISE = {
    "ppo/reward": [0.1 * step for step in range(20)],
    "ppo/length": [20.0 + step for step in range(20)],
}


@pytest.mark.parametrize(
    ("stage", "points", "title"),
    [
        (Run.Stage.PPO, {}, None),
        (Run.Stage.PPO, RISE, "Reward rises with length."),
        (Run.Stage.PPO, {"ppo/length": RISE["ppo/length"]}, None),
        (Run.Stage.PPO, {**RISE, "ppo/kl": [8.1]}, "The policy nears its KL ceiling."),
        (Run.Stage.PPO, {"ppo/kl": [7.9]}, None),
        (Run.Stage.PPO, {"ppo/eos_rate": [0.99, 0.7]}, "Answers no longer end."),
        (Run.Stage.REWARD, {"valid/accuracy": [0.7]}, None),
        (
            Run.Stage.REWARD,
            {"valid/accuracy": [0.7, 0.52]},
            "The reward model hardly tells better from worse.",
        ),
        (Run.Stage.REWARD, {"validation_accuracy": [0.7], "train_accuracy": [0.5]}, None),
        (
            Run.Stage.REWARD,
            {"validation_accuracy": [0.52], "train_accuracy": [0.9]},
            "The reward model hardly tells better from worse.",
        ),
        (Run.Stage.SFT, {"valid/loss": [3.0]}, None),
    ],
)
def test_run_notice(
    cast: Cast, stage: str, points: dict[str, list[float]], title: str | None
) -> None:
    notice = run_notice(run_with(cast, stage, points))
    assert (notice and notice.title) == title
