"""What of a round needs a person, in one plain sentence."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.numerals import numeral
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
            _("No worker has taken this stage yet."),
            _("Either the device is busy, or no worker runs. “make demo” starts one."),
        )
    for name in (RoundStage.Name.PPO, RoundStage.Name.REWARD):
        stage = stages.get(name)
        if stage and stage.run and (notice := run_notice(stage.run)):
            return notice
    return None


def _people(round_: Round) -> Notice | None:
    if not labelers_eligible(round_.project_id).exists():
        return Notice(
            _("Nobody can rank."),
            _(
                "The reward model waits for rankings, and the project has no active labeler whose "
                "judgments train. Add one under Members."
            ),
        )
    found = rankings_awaited(round_)
    lost = found.asked - found.possible
    needs = round_status(round_)["needs"]
    if not lost:
        return Notice(_("Waiting for people."), needs, tone="")
    missing = _(
        "%(lost)s of the %(asked)s rankings asked for can not come as things stand: their tasks "
        "were skipped, judged without use for training, or ask for more people than can rank. The "
        "round does not wait for them."
    ) % {"lost": lost, "asked": found.asked}
    return Notice(_("Waiting for people."), f"{needs} {missing}")


def run_notice(run: Run) -> Notice | None:
    """What the curves of a run say that a person should hear."""
    points = metrics_of(run, ("accuracy", "eos_rate", "kl", "length", "reward"))
    if run.stage == Run.Stage.PPO:
        return _ppo_notice(run, points)
    if run.stage == Run.Stage.REWARD:
        last = _last_on_validation(points, "accuracy")
        if last is not None and last < CHANCE:
            return Notice(
                _("The reward model hardly tells better from worse."),
                _(
                    "It is right on %(share)s%% of the validation pairs; a coin is on 50 %%. PPO "
                    "would climb noise: collect more rankings, or look at how well labelers agree."
                )
                % {"share": numeral(100 * last)},
            )
    return None


def _ppo_notice(run: Run, points: dict[str, Points]) -> Notice | None:
    eos = _last(points, "ppo/eos_rate")
    if eos is not None and eos < LOW_EOS:
        return Notice(
            _("Answers no longer end."),
            _(
                "Only %(share)s%% of the last answers ended by themselves; the rest were cut off. "
                "Raise missing_eos_penalty, or allow longer answers."
            )
            % {"share": numeral(100 * eos)},
        )
    kl, ceiling = _last(points, "ppo/kl"), run.config.get("kl_ceiling")
    if kl is not None and ceiling and kl > 0.8 * ceiling:
        return Notice(
            _("The policy nears its KL ceiling."),
            _(
                "It is %(kl)s nats a response from the SFT policy, and stops at %(ceiling)s. "
                "A larger beta keeps it nearer."
            )
            % {"kl": numeral(kl, ".1f"), "ceiling": numeral(ceiling, "g")},
        )
    rise = rises_with_length(points)
    if rise and rise[0] > 0 and rise[1] > 1 and rise[2] > CORRELATED:
        return Notice(
            _("Reward rises with length."),
            _(
                "The last updates gained %(reward)s reward and %(tokens)s tokens (r = %(r)s). "
                "Compare the samples below before you trust it."
            )
            % {
                "reward": numeral(rise[0], ".2f"),
                "tokens": numeral(rise[1]),
                "r": numeral(rise[2], ".2f"),
            },
        )
    return None


def _last_on_validation(points: dict[str, Points], key: str) -> float | None:
    names = (name for name in points if split_of(name) == ("valid", key))
    return _last(points, next(names, ""))


def _last(points: dict[str, Points], name: str) -> float | None:
    return points[name][-1][1] if points.get(name) else None
