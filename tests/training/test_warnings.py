"""What a run warns of."""

import pytest
from django.utils import timezone

from annotation.models import Prompt
from tests.cast import Cast
from tests.training.by_hand import job_succeed, rank
from tests.training.test_curves import run_with
from tests.training.turning import advance, stage, start, through
from training.models import Run, RunEvent
from training.rounds import round_status
from training.warnings import MOST, NO_VALIDATION, run_warnings, sampling_warnings

pytestmark = [pytest.mark.service, pytest.mark.django_db]


def say(run: Run, text: str, *, level: str = "warning", attempt: int = 1) -> None:
    RunEvent.objects.create(
        run=run,
        attempt=attempt,
        offset=RunEvent.objects.count(),
        type=RunEvent.Type.MESSAGE,
        data={"level": level, "text": text},
        created_at=timezone.now(),
    )


def test_warnings_are_told_once_and_in_order(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.SFT, {})
    for text in ("two", "one", "two"):
        say(run, text)
    say(run, "by the way", level="info")
    assert run_warnings(run) == ["two", "one"]


def test_warnings_of_an_earlier_attempt_count_for_nothing(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.SFT, {})
    say(run, "of the attempt that was lost")
    Run.objects.update(attempt=2)
    run.refresh_from_db()
    assert run_warnings(run) == []


def test_many_warnings_are_told_in_part(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.SFT, {})
    for number in range(MOST + 3):
        say(run, f"loss is nan at step {number}")
    *told, more = run_warnings(run)
    assert len(told) == MOST
    assert more == "And 3 more: see what the run said."


@pytest.mark.parametrize(("split", "warned"), [("train", [NO_VALIDATION]), ("valid", [])])
def test_a_policy_without_validation_prompts_is_warned_of(
    ready: Cast, split: str, warned: list[str]
) -> None:
    Prompt.objects.filter(split="valid").update(split=split)
    round_ = start(ready)
    through(ready, round_, "reward")
    assert run_warnings(stage(round_, "ppo").run) == warned
    told = {one["name"]: one["warnings"] for one in round_status(round_)["stages"]}
    assert told["ppo"] == warned
    assert told["sft"] == told["rank"] == []


def test_refused_prompts_are_told_and_not_waited_for(ready: Cast) -> None:
    round_ = start(ready)
    through(ready, round_, "sft")
    job = stage(round_, "sample").sampling_job
    assert sampling_warnings(job) == []
    first, second = job.items.order_by("prompt_id")[:2]
    for item in (first, second):
        type(item).objects.filter(pk=item.pk).update(state="refused", reason=f"{item.pk} tokens.")
    job_succeed(stage(round_, "sample"))
    advance(round_)
    told = {one["name"]: one for one in round_status(round_)["stages"]}
    assert told["sample"]["figures"] == ["6 prompts × 4 answers", "2 refused"]
    assert told["sample"]["warnings"] == [
        f"2 of 8 prompts were refused and are not ranked. For example: {first.pk} tokens."
    ]
    assert told["rank"]["figures"] == ["0 of 6 rankings"]
    type(second).objects.filter(pk=second.pk).update(state="too_few", reason="")
    assert sampling_warnings(job) == [
        f"1 of 8 prompts was refused and is not ranked. {first.pk} tokens."
    ]
    rank(ready.project, ready.lena)
    advance(round_)
    assert stage(round_, "rank").state == "succeeded"
