"""A round in words and figures, for the page, the API and the headless loop."""

import logging
from collections import Counter
from datetime import datetime
from typing import Any

from inference.child.failure import Failure
from inference.jobs.models import Job
from inference.models import ModelVersion, SamplingItem
from training.models import Metric, Round, RoundStage, Run
from training.stages import rankings_awaited, recipe_of
from training.warnings import run_warnings, sampling_warnings

logger = logging.getLogger(__name__)

Name = RoundStage.Name
State = RoundStage.State

LABELS = {
    Name.SFT: "SFT",
    Name.SAMPLE: "Sample",
    Name.RANK: "Rankings",
    Name.REWARD: "Reward model",
    Name.PPO: "PPO",
    Name.SAMPLE_POLICY: "Sample the policy",
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
        "label": LABELS[Name(stage.name)],
        "state": stage.state,
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
        return "waiting for people"
    return "waiting for a worker" if job.state == Job.State.QUEUED else job.phase or "starting"


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
            return f"{stage['label']} failed. {advice}"
        if stage["state"] == State.RUNNING and stage["name"] == Name.RANK:
            left = stage["total"] - stage["done"]
            plural = "" if left == 1 else "s"
            return f"{left} more ranking{plural} needed before the reward model can start."
    return ""


def _figures(stage: RoundStage, done: int, total: int) -> list[str]:
    """Two key figures in plain words; before a stage begins, what it will do."""
    if stage.state == State.PENDING:
        return []
    if stage.name == Name.RANK:
        return [f"{done:,} of {total:,} rankings"]
    if stage.name in (Name.SAMPLE, Name.SAMPLE_POLICY):
        return _sampling_figures(stage)
    return _run_figures(stage) if stage.run else []


def _sampling_figures(stage: RoundStage) -> list[str]:
    job = stage.sampling_job
    if job is None:
        return []
    prompts = job.items.count()
    if stage.state != State.SUCCEEDED:
        return [f"{job.k} answers to {_prompts(prompts)}"]
    counts = Counter(job.items.values_list("state", flat=True))
    few, refused = counts[SamplingItem.State.TOO_FEW], counts[SamplingItem.State.REFUSED]
    figures = [f"{_prompts(prompts - few - refused)} × {job.k} answers"]
    lost = [
        f"{count:,} {what}"
        for count, what in ((few, "answered too alike"), (refused, "refused"))
        if count
    ]
    return [*figures, ", ".join(lost)] if lost else figures


def _prompts(count: int) -> str:
    return f"{count:,} prompt{'s' * (count != 1)}"


def _run_figures(stage: RoundStage) -> list[str]:
    run = stage.run
    assert run is not None
    metrics = (
        ModelVersion.objects.filter(made_by=f"run:{run.pk}").values_list("metrics", flat=True)
    ).first() or _latest(run)
    return [
        text.format(metrics[name])
        for name, text in _FIGURES[Run.Stage(run.stage)]
        if name in metrics
    ]


_FIGURES: dict[Run.Stage, list[tuple[str, str]]] = {
    Run.Stage.SFT: [
        ("train/rows", "{:,.0f} demonstrations"),
        ("valid/loss", "validation loss {:.2f}"),
        ("train/loss", "training loss {:.2f}"),
    ],
    Run.Stage.REWARD: [
        ("validation_accuracy", "right on {:.0%} of unseen pairs"),
        ("valid/accuracy", "right on {:.0%} of unseen pairs"),
        ("rankings", "{:,.0f} rankings"),
        ("train/loss", "training loss {:.2f}"),
    ],
    Run.Stage.PPO: [
        ("end/reward", "reward {:z.2f}"),
        ("end/kl", "KL {:z.1f} nats from SFT"),
        ("ppo/reward", "reward {:z.2f} in rollouts"),
        ("ppo/kl", "KL {:z.1f} nats from SFT in rollouts"),
    ],
}


def _latest(run: Run) -> dict[str, float]:
    """The last value of each metric that is shown."""
    names = [name for name, _ in _FIGURES[Run.Stage(run.stage)]]
    points = Metric.objects.filter(run=run, name__in=names).order_by("step")
    return dict(points.values_list("name", "value"))
