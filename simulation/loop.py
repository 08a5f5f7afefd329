"""Whole rounds headless: simulated people, real queue, real learners and engines.

Nothing here is another way through the product. People claim and submit with the functions the web
calls; the round's jobs are rows that this process works off one after another, each in a supervised
process of its own, as a worker would.
"""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

from annotation.feedback.asking import demonstrations_ask, prompts_undemonstrated
from inference.jobs.supervisor import jobs_drain
from inference.models import ModelVersion
from inference.registry import base_model_get
from simulation.evaluation import labelers_agreement, reward_accuracy_by_judge, win_rates
from simulation.progress import RoundProgress
from simulation.report import report_table, round_report
from simulation.work import labelers_work
from simulation.world import World, prompts_add, world_create
from training.models import Round, RoundStage
from training.recipes import Recipe
from training.rounds import round_advance, round_start
from training.stages import stage_model


@dataclass(frozen=True)
class Sizes:
    """How much of everything a loop has beside its recipe."""

    prompts: int = 2400
    demonstrations_first: int = 200
    demonstrations_later: int = 200
    labelers: int = 6
    evaluation_prompts: int = 400


SIZES = Sizes()


class LoopStuckError(Exception):
    """A round neither ends nor gives anybody anything to do, or it failed."""


@dataclass
class Loop:
    """A loop under way: who works, by which recipe, and what it has to report so far."""

    seed: int
    recipe: Recipe
    sizes: Sizes
    out: Path
    console: Console
    world: World
    rounds: list[Round] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)


def loop_run(
    *, rounds: int, seed: int, recipe: Recipe, out: Path, console: Console, sizes: Sizes = SIZES
) -> dict[str, Any]:
    """Run `rounds` rounds and write OUT/report.json, anew after each round.

    Raises LoopStuckError when a round fails, with its reason.
    """
    loop = loop_create(seed=seed, recipe=recipe, out=out, console=console, sizes=sizes)
    for _ in range(rounds):
        demonstrations_write(loop)
        round_ = round_run(loop)
        loop.rounds.append(round_)
        loop.report["rounds"].append(round_evaluate(loop, round_))
        report_write(loop)
    console.print(report_table(loop.report))
    return loop.report


def loop_create(
    *, seed: int, recipe: Recipe, out: Path, console: Console, sizes: Sizes = SIZES
) -> Loop:
    out.mkdir(parents=True, exist_ok=True)
    tag = secrets.token_hex(3)
    world = world_create(
        name=f"Loop, seed {seed}",
        slug=f"loop-{seed}-{tag}",
        labelers=sizes.labelers,
        password=secrets.token_urlsafe(),
        prefix=f"{tag}-",
    )
    prompts_add(project=world.project, seed=seed, count=sizes.prompts)
    report: dict[str, Any] = {"seed": seed, "rounds": []}
    return Loop(seed, recipe, sizes, out, console, world, [], report)


def demonstrations_write(loop: Loop) -> None:
    """Ask for demonstrations of prompts that have none yet, and let people write them."""
    sizes = loop.sizes
    count = sizes.demonstrations_later if loop.rounds else sizes.demonstrations_first
    world = loop.world
    if prompts_undemonstrated(world.project).exists():
        demonstrations_ask(actor=world.researcher, project=world.project, count=count)
    people_work(loop)


def people_work(loop: Loop) -> int:
    return labelers_work(project=loop.world.project, people=loop.world.labelers, seed=loop.seed)


def round_run(loop: Loop) -> Round:
    """Start a round and work until it has ended."""
    round_ = round_start(
        actor=loop.world.researcher,
        project=loop.world.project,
        recipe=loop.recipe.model_dump(),
        seed=loop.seed * 100 + len(loop.rounds),
    )
    with RoundProgress(round_):
        while round_.state == Round.State.RUNNING:
            moved = jobs_drain(project=loop.world.project) + people_work(loop)
            round_advance(round_id=round_.pk)
            before, round_ = round_, Round.objects.get(pk=round_.pk)
            if not moved and round_.state == before.state == Round.State.RUNNING:
                _complain_if_idle(round_)
    if round_.state != Round.State.SUCCEEDED:
        raise LoopStuckError(_reason(round_))
    return round_


def _complain_if_idle(round_: Round) -> None:
    stage = round_.stages.filter(state=RoundStage.State.RUNNING).first()
    jobs = [stage.run, stage.sampling_job] if stage else []
    if not any(job and job.state == job.State.QUEUED for job in jobs):
        raise LoopStuckError(f"Nobody can go on with {round_}: {_reason(round_)}")


def _reason(round_: Round) -> str:
    stage = round_.stages.exclude(state=RoundStage.State.SUCCEEDED).first()
    if stage is None:
        return "every stage succeeded"
    job = stage.run or stage.sampling_job
    words = f"{job.error_cause} {job.error_advice}".strip() if job else ""
    return f"stage {stage.name} is {stage.state}. {words}".strip()


def round_evaluate(loop: Loop, round_: Round) -> dict[str, Any]:
    """The judge's view of the round's models, on prompts nobody trained on."""
    started = monotonic()
    models, pairs = _contest(loop, round_)
    folder = loop.out / "evaluation" / loop.world.project.slug / f"round-{round_.number}"
    rates, scores = win_rates(
        models=models,
        pairs=pairs,
        seed=loop.seed,
        count=loop.sizes.evaluation_prompts,
        output=folder / "answers",
    )
    by_judge = reward_accuracy_by_judge(
        project=loop.world.project,
        reward=stage_model(round_, RoundStage.Name.REWARD),
        output=folder / "reward",
    )
    return round_report(
        round_=round_,
        rates=rates,
        scores=scores,
        by_judge=by_judge,
        agreement=labelers_agreement(
            project=loop.world.project, people=loop.world.labelers, seed=loop.seed
        ),
        evaluation_seconds=round(monotonic() - started, 1),
    )


def _contest(
    loop: Loop, round_: Round
) -> tuple[dict[str, ModelVersion], dict[str, tuple[str, str]]]:
    """Who plays whom. The SFT opponent stays the first round's, frozen."""
    first = loop.rounds[0]
    models = {
        "base": base_model_get(project=loop.world.project),
        "sft": stage_model(first, RoundStage.Name.SFT),
        "policy": stage_model(round_, RoundStage.Name.PPO),
    }
    pairs = {"sft_vs_base": ("sft", "base"), "policy_vs_sft": ("policy", "sft")}
    if round_.pk != first.pk:
        models["previous"] = stage_model(loop.rounds[-2], RoundStage.Name.PPO)
        pairs["policy_vs_previous"] = ("policy", "previous")
    return models, pairs


def report_write(loop: Loop) -> None:
    path = loop.out / "report.json"
    partial = path.with_suffix(".tmp")
    partial.write_text(json.dumps(loop.report, indent=2) + "\n")
    partial.replace(path)
