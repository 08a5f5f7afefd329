"""What each stage of a round works on, and how its work is begun.

The slow part (freezing labels, choosing prompts) runs before any transaction; it returns the short
part, which writes the stage's rows inside the transaction that sets the stage going.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from annotation.models import Task
from inference.child.failure import Failure
from inference.child.spec import Config
from inference.models import ModelVersion, SamplingItem
from inference.registry import base_model_get
from inference.sampling import Mix, sampling_job_create
from training.models import Round, RoundStage, Run, RunInput, Snapshot, SnapshotItem
from training.previous import round_previous
from training.prompts import prompts_choose, prompts_lacking
from training.rankings import Rankings, rankings_of
from training.recipes import Recipe, RecipeError, recipe_load
from training.runs import run_create
from training.snapshots import snapshot_create, snapshot_discard

Name = RoundStage.Name
Role = RunInput.Role
Kind = SnapshotItem.Kind


@dataclass(frozen=True)
class Begin:
    """What was prepared for a stage."""

    write: Callable[[], dict[str, Any]]
    """Writes the stage's rows; returns the fields of RoundStage to set."""
    snapshot: Snapshot | None = None

    def discard(self) -> None:
        """Another caller began the stage: leave nothing behind."""
        if self.snapshot:
            snapshot_discard(snapshot=self.snapshot)


def recipe_of(round_: Round) -> Recipe:
    """Raises Failure for a stored recipe that this version no longer reads."""
    try:
        return recipe_load(round_.recipe)
    except RecipeError as error:
        raise Failure(
            f"The recipe that this round was started with can no longer be read: {error}",
            "Start a new round with a recipe of this version.",
        ) from error


def stage_prepare(stage: RoundStage) -> Begin:
    """Do what takes long for `stage`. Raises ValidationError or Failure where it cannot begin."""
    return _PREPARE[Name(stage.name)](stage.round)


def _sft(round_: Round) -> Begin:
    base = base_model_get(project=round_.project)
    config = recipe_of(round_).sft
    rated = [Kind.RANKING] if config.rated_at_least is not None else []
    data = snapshot_create(project=round_.project, kinds=[Kind.DEMONSTRATION, *rated])
    return _run(round_, Run.Stage.SFT, config, data, {Role.START: base})


def _reward(round_: Round) -> Begin:
    """On the rankings of all rounds; demonstrations set the bias."""
    data = snapshot_create(project=round_.project, kinds=[Kind.RANKING, Kind.DEMONSTRATION])
    models: dict[str, ModelVersion] = {Role.START: stage_model(round_, Name.SFT)}
    return _run(round_, Run.Stage.REWARD, recipe_of(round_).reward, data, models)


def _ppo(round_: Round) -> Begin:
    """From this round's SFT model, and tied to it."""
    data = snapshot_create(project=round_.project, kinds=[Kind.PROMPT])
    sft = stage_model(round_, Name.SFT)
    models: dict[str, ModelVersion] = {
        Role.START: sft,
        Role.REFERENCE: sft,
        Role.REWARD: stage_model(round_, Name.REWARD),
    }
    return _run(round_, Run.Stage.PPO, recipe_of(round_).ppo, data, models)


def _run(
    round_: Round, stage: str, config: Config, data: Snapshot, models: dict[str, ModelVersion]
) -> Begin:
    def write() -> dict[str, Any]:
        run = run_create(
            project=round_.project,
            actor=round_.created_by,
            stage=stage,
            config=config.model_dump(),
            seed=round_.seed,
            models=models,
            snapshot=data,
        )
        return {"run": run}

    return Begin(write, data)


def _sample(round_: Round) -> Begin:
    """Answers of this round's SFT model and, from round 2 on, of the previous round's policy."""
    recipe = recipe_of(round_)
    sft = stage_model(round_, Name.SFT)
    mix: list[tuple[ModelVersion, float, float]] = [(sft, 1.0, recipe.temperature)]
    previous = round_previous(round_)
    if previous:
        policy = stage_model(previous, Name.PPO)
        share = recipe.policy_mix
        mix = [(policy, share, recipe.temperature), (sft, 1 - share, recipe.temperature)]
    waiting = tasks_carried(round_).filter(state=Task.State.OPEN).count()
    return _sampling(round_, mix, max(1, recipe.prompts_per_round - waiting), "sample")


def _sample_policy(round_: Round) -> Begin:
    recipe = recipe_of(round_)
    mix = [(stage_model(round_, Name.PPO), 1.0, recipe.temperature)]
    return _sampling(round_, mix, recipe.policy_sample_prompts, "sample_policy")


def _sampling(round_: Round, mix: Mix, count: int, salt: str) -> Begin:
    prompts = prompts_choose(round_, count, salt)
    if not prompts:
        raise ValidationError(prompts_lacking(round_.project_id))
    recipe = recipe_of(round_)

    def write() -> dict[str, Any]:
        job = sampling_job_create(
            project=round_.project,
            actor=round_.created_by,
            models=mix,
            prompts=prompts,
            k=recipe.k,
            seed=round_.seed,
            max_new_tokens=recipe.max_new_tokens,
            batch_size=recipe.sample_batch_size,
        )
        return {"sampling_job": job}

    return Begin(write)


def _rank(round_: Round) -> Begin:
    _, wanted = rankings_count(round_)
    return Begin(lambda: {"wanted": wanted})


_PREPARE: dict[Name, Callable[[Round], Begin]] = {
    Name.SFT: _sft,
    Name.SAMPLE: _sample,
    Name.RANK: _rank,
    Name.REWARD: _reward,
    Name.PPO: _ppo,
    Name.SAMPLE_POLICY: _sample_policy,
}


def stage_model(round_: Round, name: str) -> ModelVersion:
    """The model that a finished training stage of the round made."""
    run = Run.objects.get(round_stage__round=round_, round_stage__name=name)
    return ModelVersion.objects.get(made_by=f"run:{run.pk}")


def tasks_of(job_ids: Iterable[int | None]) -> QuerySet[Task]:
    """The tasks that these sampling jobs made."""
    items = SamplingItem.objects.filter(job__in=[pk for pk in job_ids if pk], task__isnull=False)
    return Task.objects.filter(pk__in=items.values("task"))


def tasks_carried(round_: Round) -> QuerySet[Task]:
    """What the previous round's policy put into the queue at its end."""
    return tasks_of([_carried_job(round_)])


def tasks_awaited(round_: Round) -> QuerySet[Task]:
    """The tasks whose rankings the round's reward model waits for."""
    return tasks_of([_job(round_, Name.SAMPLE), _carried_job(round_)])


def _carried_job(round_: Round) -> int | None:
    previous = round_previous(round_)
    return _job(previous, Name.SAMPLE_POLICY) if previous else None


def _job(round_: Round, name: str) -> int | None:
    return round_.stages.filter(name=name).values_list("sampling_job", flat=True).first()


def rankings_awaited(round_: Round) -> Rankings:
    return rankings_of(project_id=round_.project_id, tasks=tasks_awaited(round_))


def rankings_count(round_: Round) -> tuple[int, int]:
    """(there, wanted): the rankings of the round's tasks that train. Raises Failure (recipe_of)."""
    found = rankings_awaited(round_)
    return found.done, recipe_of(round_).wanted(found.possible)
