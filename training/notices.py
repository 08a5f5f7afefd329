"""What of a round needs a person, in one plain sentence."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from inference.jobs.models import Job
from training.curves import Points, metrics_of, rises_with_length
from training.figures import split_of
from training.models import Round, RoundStage, Run
from training.rankings import labelers_eligible
from training.stages import rankings_awaited
from training.status import round_status

QUEUED_LONG = timedelta(seconds=30)
CHANCE = 0.55  # a reward model below this is hardly better than a coin
LOW_EOS = 0.8
CORRELATED = 0.5


@dataclass(frozen=True)
class Notice:
    title: str
    text: str
    tone: str = "warn"


def round_notice(round_: Round) -> Notice | None:
    """The most pressing thing to decide or to do, or None when the round needs nobody."""
    stages = {stage.name: stage for stage in round_.stages.select_related("run", "sampling_job")}
    active = next((s for s in stages.values() if s.state == RoundStage.State.RUNNING), None)
    if active and active.name == RoundStage.Name.RANK:
        return _people(round_)
    job = active and (active.run or active.sampling_job)
    if job and job.state == Job.State.QUEUED and timezone.now() - job.queued_at > QUEUED_LONG:
        return Notice(
            "No worker has taken this stage yet.",
            "Either the device is busy, or no worker runs. “make demo” starts one.",
        )
    for name in (RoundStage.Name.PPO, RoundStage.Name.REWARD):
        stage = stages.get(name)
        if stage and stage.run and (notice := run_notice(stage.run)):
            return notice
    return None


def _people(round_: Round) -> Notice | None:
    if not labelers_eligible(round_.project_id).exists():
        return Notice(
            "Nobody can rank.",
            "The reward model waits for rankings, and the project has no active labeler whose "
            "judgments train. Add one under Members.",
        )
    found = rankings_awaited(round_)
    lost = found.asked - found.possible
    if not lost:
        return Notice("Waiting for people.", round_status(round_)["needs"], tone="")
    return Notice(
        "Waiting for people.",
        f"{round_status(round_)['needs']} {lost} of the {found.asked} rankings asked for can not "
        "come as things stand: their tasks were skipped, judged without use for training, or ask "
        "for more people than can rank. The round does not wait for them.",
    )


def run_notice(run: Run) -> Notice | None:
    """What the curves of a run say that a person should hear."""
    points = metrics_of(run, ("accuracy", "eos_rate", "kl", "length", "reward"))
    if run.stage == Run.Stage.PPO:
        return _ppo_notice(run, points)
    if run.stage == Run.Stage.REWARD:
        last = _last_on_validation(points, "accuracy")
        if last is not None and last < CHANCE:
            return Notice(
                "The reward model hardly tells better from worse.",
                f"It is right on {last:.0%} of the validation pairs; a coin is on 50 %. PPO would "
                "climb noise: collect more rankings, or look at how well labelers agree.",
            )
    return None


def _ppo_notice(run: Run, points: dict[str, Points]) -> Notice | None:
    eos = _last(points, "ppo/eos_rate")
    if eos is not None and eos < LOW_EOS:
        return Notice(
            "Answers no longer end.",
            f"Only {eos:.0%} of the last answers ended by themselves; the rest were cut off. Raise "
            "missing_eos_penalty, or allow longer answers.",
        )
    kl, ceiling = _last(points, "ppo/kl"), run.config.get("kl_ceiling")
    if kl is not None and ceiling and kl > 0.8 * ceiling:
        return Notice(
            "The policy nears its KL ceiling.",
            f"It is {kl:.1f} nats a response from the SFT policy, and stops at {ceiling:g}. "
            "A larger beta keeps it nearer.",
        )
    rise = rises_with_length(points)
    if rise and rise[0] > 0 and rise[1] > 1 and rise[2] > CORRELATED:
        return Notice(
            "Reward rises with length.",
            f"The last updates gained {rise[0]:.2f} reward and {rise[1]:.0f} tokens "
            f"(r = {rise[2]:.2f}). Compare the samples below before you trust it.",
        )
    return None


def _last_on_validation(points: dict[str, Points], key: str) -> float | None:
    names = (name for name in points if split_of(name) == ("valid", key))
    return _last(points, next(names, ""))


def _last(points: dict[str, Points], name: str) -> float | None:
    return points[name][-1][1] if points.get(name) else None
