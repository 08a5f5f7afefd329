"""The same prompts over a run."""

from django.utils import timezone

from tests.cast import Cast
from tests.training.test_curves import run_with
from training.models import Run, RunEvent
from training.samples import samples_of


def say(run: Run, step: int, prompt: str, completion: str, *, attempt: int = 1) -> None:
    RunEvent.objects.create(
        run=run,
        attempt=attempt,
        offset=RunEvent.objects.count(),
        type=RunEvent.Type.SAMPLE,
        step=step,
        data={"prompt": prompt, "completion": completion, "reward": None, "kl": None},
        created_at=timezone.now(),
    )


def test_samples_are_grouped_by_prompt_in_order_of_steps(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.PPO, {})
    for step in (10, 0, 20):
        say(run, step, "A?", f"a{step}")
        say(run, step, "B?", f"b{step}")
    found = samples_of(run)
    assert [each.prompt for each in found] == ["A?", "B?"]
    assert [(row["step"], row["completion"]) for row in found[1].rows] == [
        (0, "b0"),
        (10, "b10"),
        (20, "b20"),
    ]


def test_samples_are_thinned_and_keep_both_ends(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.PPO, {})
    for step in range(9):
        say(run, step, "A?", str(step))
    (found,) = samples_of(run, rows=3)
    assert [row["step"] for row in found.rows] == [0, 4, 8]


def test_samples_of_an_earlier_attempt_count_for_nothing(cast: Cast) -> None:
    run = run_with(cast, Run.Stage.PPO, {})
    say(run, 0, "A?", "of the attempt that was lost")
    Run.objects.update(attempt=2)
    run.refresh_from_db()
    assert samples_of(run) == []
    say(run, 0, "A?", "of this one", attempt=2)
    assert samples_of(run)[0].rows[0]["completion"] == "of this one"
