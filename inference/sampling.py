"""Sampling jobs: K answers to each of many prompts, from one or several models, into the queue."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from annotation.models import Project, Prompt, User
from inference.engines.protocol import MAX_NEW_TOKENS
from inference.jobs.claims import job_queue
from inference.models import ModelVersion, SamplingItem, SamplingJob, SamplingModel

Mix = Sequence[tuple[ModelVersion, float, float]]
"""(model, weight, temperature) of each that takes part"""


def sampling_job_create(
    *,
    project: Project,
    actor: User | None,
    models: Mix,
    prompts: Iterable[int] | QuerySet[Prompt],
    k: int,
    priority: int = 0,
    seed: int = 0,
    makes_tasks: bool = True,
    max_new_tokens: int = MAX_NEW_TOKENS,
    batch_size: int = 64,
) -> SamplingJob:
    """Ask for K answers to each prompt, split among the models by weight.

    `batch_size` answers are decoded at once.

    Raises ValidationError where the models, the prompts or K do not fit the project.
    """
    mix_validate(project=project, models=models)
    if makes_tasks and not project.k_min <= k <= project.k_max:
        raise ValidationError(
            f"The project ranks {project.k_min} to {project.k_max} answers at once, not {k}."
        )
    wanted = _prompts(project, prompts)
    with transaction.atomic():
        job = SamplingJob.objects.create(
            project=project,
            created_by=actor,
            k=k,
            priority=priority,
            seed=seed,
            makes_tasks=makes_tasks,
            config={"max_new_tokens": max_new_tokens, "batch_size": batch_size},
        )
        SamplingModel.objects.bulk_create(
            SamplingModel(job=job, model=model, weight=weight, temperature=temperature)
            for model, weight, temperature in models
            if weight > 0
        )
        SamplingItem.objects.bulk_create(
            (SamplingItem(job=job, prompt_id=prompt) for prompt in wanted), batch_size=500
        )
        job_queue(job=job)
    return job


def mix_validate(*, project: Project, models: Mix) -> None:
    for model, weight, temperature in models:
        if model.project_id != project.pk:
            raise ValidationError(f"{model.name} belongs to another project.")
        if model.kind == ModelVersion.Kind.REWARD:
            raise ValidationError(f"{model.name} is a reward model: it scores, it does not answer.")
        if weight < 0 or temperature < 0:
            raise ValidationError("A weight or temperature below 0 means nothing.")
    if not any(weight > 0 for _, weight, _ in models):
        raise ValidationError("Name at least one model with a weight above 0.")


def _prompts(project: Project, prompts: Iterable[int] | QuerySet[Prompt]) -> list[int]:
    if isinstance(prompts, QuerySet):
        prompts = prompts.values_list("pk", flat=True)
    wanted = sorted(set(prompts))
    own = sum(
        Prompt.objects.in_use().filter(project=project, pk__in=wanted[start : start + 500]).count()
        for start in range(0, len(wanted), 500)
    )
    if not wanted:
        raise ValidationError("There is no prompt to answer.")
    if own != len(wanted):
        raise ValidationError("Some of the prompts are not prompts of this project.")
    return wanted
