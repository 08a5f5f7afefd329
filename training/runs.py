"""Runs: asked for, cancelled, looked at. `run_handler` says what becomes of a run's process."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError as SpecInvalid

from annotation.models import Project, User
from annotation.people.projects import audit
from inference.jobs.claims import job_cancel_request, job_queue
from inference.models import ModelVersion
from training.curves import thin
from training.learners.specs import KINDS
from training.models import Metric, Run, RunInput, Snapshot

Role = RunInput.Role


@transaction.atomic
def run_create(
    *,
    project: Project,
    actor: User | None,
    stage: str,
    config: dict[str, Any],
    seed: int,
    models: dict[str, ModelVersion],
    snapshot: Snapshot,
) -> Run:
    """Queue a run of `stage`; `models` by the role each plays.

    Raises ValidationError where the config or the roles are not what the stage's learner takes, or
    where a model or the snapshot is another project's.
    """
    _config_validate(stage, config)
    _inputs_validate(stage, models)
    projects = {model.project_id for model in models.values()} | {snapshot.project_id}
    if projects != {project.pk}:
        raise ValidationError("A run may only use what its own project has made.")
    run = Run.objects.create(
        project=project, created_by=actor, stage=stage, config=config, seed=seed
    )
    inputs = [RunInput(run=run, role=role, model=model) for role, model in models.items()]
    inputs.append(RunInput(run=run, role=Role.DATA, snapshot=snapshot))
    RunInput.objects.bulk_create(inputs)
    job_queue(job=run)
    return run


@transaction.atomic
def run_cancel(*, actor: User | None, run: Run) -> None:
    """Stop a run: at once while it waits, within seconds while it works.

    Raises ValidationError where it has ended already.
    """
    if not job_cancel_request(job=run):
        raise ValidationError(_("This run has ended already."))
    audit(project=run.project, actor=actor, verb="run_cancel", target=str(run))


def run_metrics(run: Run, name: str, points: int = 300) -> list[tuple[int, float]]:
    """(step, value) of one metric by step, thinned to at most `points`, both ends kept."""
    rows = Metric.objects.filter(run=run, name=name).order_by("step")
    return thin(list(rows.values_list("step", "value")), points)


def _config_validate(stage: str, config: dict[str, Any]) -> None:
    model = _part(stage, "config")
    try:
        model.model_validate(config)
    except SpecInvalid as error:
        lines = [
            f"{stage}.{'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise ValidationError(lines) from error


def _inputs_validate(stage: str, models: dict[str, ModelVersion]) -> None:
    fields = _part(stage, "models").model_fields
    needed = {name for name, field in fields.items() if field.is_required()}
    if not needed <= models.keys() <= fields.keys():
        raise ValidationError(
            f"A {stage} run takes the models {', '.join(fields)}; "
            f"given: {', '.join(models) or 'none'}."
        )


def _part(stage: str, name: str) -> Any:
    """The pydantic model of a part of the stage's spec."""
    if stage not in KINDS:
        raise ValidationError(f"There is no stage {stage}: choose {', '.join(KINDS)}.")
    return KINDS[stage].model_fields[name].annotation
