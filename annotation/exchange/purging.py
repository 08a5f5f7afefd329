"""Clearing away an import that failed or was cancelled, in short chunks like those it wrote.

What somebody else came to build on meanwhile stays, and stops being the import's.
"""

from collections.abc import Callable, Iterable

from django.db import models, transaction
from django.utils import timezone

from annotation.exchange.claims import Claim
from annotation.feedback.models import Demonstration, Judgment, Ranking
from annotation.prompts.models import Completion, CompletionOrigin, ImportBatch, Prompt
from annotation.queue.models import Task, TaskCompletion

CHUNK = 200


def batch_purge(claim: Claim) -> None:
    """Delete what the batch wrote, then mark it finished. Resumable; raises ClaimLostError."""
    batch = claim.batch
    for model, delete in (
        (Ranking, rankings_delete),
        (Demonstration, rows_delete),
        (Task, tasks_delete),
        (CompletionOrigin, origins_delete),
        (Prompt, prompts_delete),
    ):
        while purge_chunk(claim, batch, model, delete):
            pass
    claim.beat(finished_at=timezone.now())


Delete = Callable[[ImportBatch, type[models.Model], list[int]], None]


def purge_chunk(
    claim: Claim, batch: ImportBatch, model: type[models.Model], delete: Delete
) -> bool:
    """Delete up to CHUNK of the batch's rows; False when none were left."""
    with transaction.atomic():
        rows = model._default_manager.filter(batch=batch)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if ids:
            delete(batch, model, ids)
        claim.beat()
    return bool(ids)


def rows_delete(_: ImportBatch, model: type[models.Model], ids: list[int]) -> None:
    model._default_manager.filter(pk__in=ids).delete()


def rankings_delete(batch: ImportBatch, model: type[models.Model], ids: list[int]) -> None:
    Judgment.objects.filter(ranking_id__in=ids).delete()
    rows_delete(batch, model, ids)


def tasks_delete(batch: ImportBatch, model: type[models.Model], ids: list[int]) -> None:
    TaskCompletion.objects.filter(task_id__in=ids).delete()
    rows_delete(batch, model, ids)


def origins_delete(batch: ImportBatch, model: type[models.Model], ids: list[int]) -> None:
    """Delete origins, and the completions new since the upload that nothing else knows of."""
    completions = set(
        Completion.objects.filter(origins__in=ids, created_at__gte=batch.created_at).values_list(
            "pk", flat=True
        )
    )
    rows_delete(batch, model, ids)
    unknown = completions - referenced(Completion, completions)
    Completion.objects.filter(pk__in=unknown).delete()


def prompts_delete(batch: ImportBatch, model: type[models.Model], ids: list[int]) -> None:
    """Delete prompts; one that others use already becomes everybody's."""
    kept = referenced(Prompt, ids)
    Prompt.objects.filter(pk__in=kept).update(batch=None, line=None)
    rows_delete(batch, model, sorted(set(ids) - kept))


def referenced(model: type[models.Model], ids: Iterable[int]) -> set[int]:
    """Which of these rows any other row points at, whatever app its model belongs to."""
    found: set[int] = set()
    wanted = set(ids)
    for relation in model._meta.related_objects:
        name = relation.field.attname if hasattr(relation.field, "attname") else ""
        if relation.many_to_many or not name:
            continue
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": wanted})
        found.update(rows.values_list(name, flat=True))
    return found
