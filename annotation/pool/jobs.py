"""Work that goes through many prompts: asked for, claimed by one worker, gone on with after a kill.

The row is the truth, as with imports. What a chunk writes is marked done in the same transaction,
so that whoever goes on begins behind it. A project's jobs run one after another.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotation.beating import Claim, ClaimLostError, alive
from annotation.people.models import Project, User
from annotation.pool.models import PromptJob

State = PromptJob.State
Work = Callable[[Claim[PromptJob]], None]
MOST_ATTEMPTS = 3
OPEN = (State.QUEUED, State.RUNNING)
logger = logging.getLogger(__name__)


class JobLostError(Exception):
    """Nothing of the job went on, however often it was begun."""


def job_create(
    *, actor: User | None, project: Project, kind: str, spec: dict[str, Any] | None = None
) -> PromptJob:
    """Write a job for a worker, who is called once the transaction is through."""
    with transaction.atomic():
        job = PromptJob.objects.create(
            project=project, kind=kind, spec=spec or {}, created_by=actor
        )
        job_call(job.pk)
    return job


def job_call(job_id: int) -> None:
    """Ask for a worker; a lost message is made up for by the reconcile."""
    from annotation.pool.tasks import prompt_job_task  # noqa: PLC0415  # which runs what is here

    transaction.on_commit(lambda: prompt_job_task.delay(job_id=job_id), robust=True)


def jobs_waiting() -> list[PromptJob]:
    """The first open job of each project that no living worker has."""
    earlier = PromptJob.objects.filter(
        project=OuterRef("project"), state__in=OPEN, pk__lt=OuterRef("pk")
    )
    first = PromptJob.objects.filter(~Exists(earlier), state__in=OPEN).order_by("pk")
    return [job for job in first if not alive(job)]


def job_claim(*, job_id: int) -> Claim[PromptJob] | None:
    """Take the job if it is its turn and no living worker has it."""
    job = {waiting.pk: waiting for waiting in jobs_waiting()}.get(job_id)
    if job is None:
        return None
    claim = Claim(job)
    try:
        claim.beat(state=State.RUNNING, attempts=models.F("attempts") + 1)
    except ClaimLostError:  # another worker was quicker
        return None
    job.refresh_from_db(fields=["attempts"])
    return claim


def job_run(*, job_id: int, works: Mapping[str, Work]) -> int | None:
    """Bring a job to its end, from wherever it stands. Safe to call at any time.

    Returns the id of a job that may begin now, if there is one.
    """
    claim = job_claim(job_id=job_id)
    if claim is None:
        return None
    job = claim.row
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise JobLostError(f"The worker was lost {MOST_ATTEMPTS} times at the same place.")
        works[job.kind](claim)
        claim.beat(state=State.SUCCEEDED, finished_at=timezone.now())
    except ClaimLostError:
        return None
    except Exception as error:
        logger.exception("Prompt job %s broke", job.pk)
        attempt_failed(claim, error)
    waiting = jobs_waiting()
    return waiting[0].pk if waiting and waiting[0].pk != job_id else None


def attempt_failed(claim: Claim[PromptJob], error: Exception) -> None:
    """Leave the job to another try, a heartbeat's loss later; after a few it has failed."""
    changes: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"}
    if claim.row.attempts >= MOST_ATTEMPTS:
        changes |= {"state": State.FAILED, "finished_at": timezone.now()}
    try:
        claim.beat(**changes)
    except ClaimLostError:
        return
