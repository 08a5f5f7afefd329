"""A round in words and figures, for the page, the API and the headless loop."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from annotation.numerals import numeral
from inference.child.failure import Failure
from inference.jobs.models import Job
from inference.models import ModelVersion, SamplingItem
from training.figures import phase_text
from training.models import Metric, Round, RoundStage, Run
from training.stages import rankings_awaited, recipe_of
from training.warnings import run_warnings, sampling_warnings

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

Name = RoundStage.Name
State = RoundStage.State

LABELS = {
    Name.SFT: gettext_lazy("SFT"),
    Name.SAMPLE: gettext_lazy("Sample"),
    Name.RANK: gettext_lazy("Rankings"),
    Name.REWARD: gettext_lazy("Reward model"),
    Name.PPO: gettext_lazy("PPO"),
    Name.SAMPLE_POLICY: gettext_lazy("Sample the policy"),
}


def round_status(round_: Round) -> dict[str, Any]:
    """JSON-able. `needs` says what people must do for the round to go on, or is empty."""
    stages = list(round_.stages.select_related("run", "sampling_job").order_by("position"))
    told = [stage_status(round_, stage) for stage in stages]
    return {
        "number": round_.number,
        "state": round_.state,
        "recipe": round_.recipe_name,
        "seed": round_.seed,
        "started": _iso(round_.created_at),
        "finished": _iso(round_.finished_at),
        "needs": _needs(told),
        "stages": told,
    }


def stage_status(round_: Round, stage: RoundStage) -> dict[str, Any]:
    job = stage.run or stage.sampling_job
    done, total = _progress(round_, stage, job)
    return {
        "name": stage.name,
        "label": str(LABELS[Name(stage.name)]),
        "state": stage.state,
        "state_label": str(State(stage.state).label),
        "phase": _phase(stage, job),
        "done": done,
        "total": total,
        "figures": _figures(stage, done, total)[:2],
        "started": _iso(stage.started_at),
        "finished": _iso(stage.finished_at),
        "error_cause": stage.error_cause,
        "error_advice": stage.error_advice,
        "warnings": _warnings(stage),
        "run": stage.run_id,
    }


def _warnings(stage: RoundStage) -> list[str]:
    if stage.run:
        return run_warnings(stage.run)
    if stage.sampling_job is None or stage.state == State.FAILED:
        return []  # what failed says itself what was refused
    return sampling_warnings(stage.sampling_job)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _phase(stage: RoundStage, job: Job | None) -> str:
    if stage.state != State.RUNNING:
        return ""
    if job is None:
        return _("waiting for people")
    return _("waiting for a worker") if job.state == Job.State.QUEUED else phase_text(job.phase)


def _progress(round_: Round, stage: RoundStage, job: Job | None) -> tuple[int, int]:
    if stage.name == Name.RANK and stage.state != State.PENDING:
        done, wanted = _rankings(round_, stage)
        return min(done, wanted), wanted
    return (job.done, job.total) if job else (0, 0)


def _rankings(round_: Round, stage: RoundStage) -> tuple[int, int]:
    """(there, wanted); what was wanted in the end, once the stage has ended."""
    found = rankings_awaited(round_)
    if stage.state == State.RUNNING:
        try:
            return found.done, recipe_of(round_).wanted(found.possible)
        except Failure:
            logger.warning("The recipe of %s cannot be read", round_)
    return found.done, stage.wanted


def _needs(stages: list[dict[str, Any]]) -> str:
    for stage in stages:
        if stage["state"] == State.FAILED:
            advice = stage["error_advice"] or stage["error_cause"]
            return _("%(stage)s failed. %(advice)s") % {"stage": stage["label"], "advice": advice}
        if stage["state"] == State.RUNNING and stage["name"] == Name.RANK:
            left = stage["total"] - stage["done"]
            return ngettext(
                "%(left)s more ranking needed before the reward model can start.",
                "%(left)s more rankings needed before the reward model can start.",
                left,
            ) % {"left": left}
    return ""


def _figures(stage: RoundStage, done: int, total: int) -> list[str]:
    """Two key figures in plain words; before a stage begins, what it will do."""
    if stage.state == State.PENDING:
        return []
    if stage.name == Name.RANK:
        return [
            _("%(done)s of %(total)s rankings") % {"done": numeral(done), "total": numeral(total)}
        ]
    if stage.name in (Name.SAMPLE, Name.SAMPLE_POLICY):
        return _sampling_figures(stage)
    return _run_figures(stage) if stage.run else []


def _sampling_figures(stage: RoundStage) -> list[str]:
    job = stage.sampling_job
    if job is None:
        return []
    prompts = job.items.count()
    if stage.state != State.SUCCEEDED:
        return [
            ngettext(
                "%(k)s answers to %(prompts)s prompt",
                "%(k)s answers to %(prompts)s prompts",
                prompts,
            )
            % {"k": job.k, "prompts": numeral(prompts)}
        ]
    counts = Counter(job.items.values_list("state", flat=True))
    few, refused = counts[SamplingItem.State.TOO_FEW], counts[SamplingItem.State.REFUSED]
    answered = prompts - few - refused
    figures = [
        ngettext(
            "%(prompts)s prompt × %(k)s answers", "%(prompts)s prompts × %(k)s answers", answered
        )
        % {"prompts": numeral(answered), "k": job.k}
    ]
    lost = [
        text % {"count": numeral(count)}
        for count, text in (
            (few, _("%(count)s answered too alike")),
            (refused, _("%(count)s refused")),
        )
        if count
    ]
    return [*figures, ", ".join(lost)] if lost else figures


def _run_figures(stage: RoundStage) -> list[str]:
    run = stage.run
    assert run is not None
    metrics = (
        ModelVersion.objects.filter(made_by=f"run:{run.pk}").values_list("metrics", flat=True)
    ).first() or _latest(run)
    return [
        text % {"figure": figure(metrics[name])}
        for name, figure, text in _FIGURES[Run.Stage(run.stage)]
        if name in metrics
    ]


def _two(value: float) -> str:
    return numeral(value, "z.2f")


def _one(value: float) -> str:
    return numeral(value, "z.1f")


def _percent(value: float) -> str:
    return numeral(100 * value)


_FIGURES: dict[Run.Stage, list[tuple[str, Callable[[float], str], "_StrPromise"]]] = {
    Run.Stage.SFT: [
        ("train/rows", numeral, gettext_lazy("%(figure)s demonstrations")),
        ("valid/loss", _two, gettext_lazy("validation loss %(figure)s")),
        ("train/loss", _two, gettext_lazy("training loss %(figure)s")),
    ],
    Run.Stage.REWARD: [
        ("validation_accuracy", _percent, gettext_lazy("right on %(figure)s%% of unseen pairs")),
        ("valid/accuracy", _percent, gettext_lazy("right on %(figure)s%% of unseen pairs")),
        ("rankings", numeral, gettext_lazy("%(figure)s rankings")),
        ("train/loss", _two, gettext_lazy("training loss %(figure)s")),
    ],
    Run.Stage.PPO: [
        ("end/reward", _two, gettext_lazy("reward %(figure)s")),
        ("end/kl", _one, gettext_lazy("KL %(figure)s nats from SFT")),
        ("ppo/reward", _two, gettext_lazy("reward %(figure)s in rollouts")),
        ("ppo/kl", _one, gettext_lazy("KL %(figure)s nats from SFT in rollouts")),
    ],
}


def _latest(run: Run) -> dict[str, float]:
    """The last value of each metric that is shown."""
    names = [name for name, *_ in _FIGURES[Run.Stage(run.stage)]]
    points = Metric.objects.filter(run=run, name__in=names).order_by("step")
    return dict(points.values_list("name", "value"))
