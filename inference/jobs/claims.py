"""How a job changes state. Every transition is a conditional UPDATE that names the state it leaves
and, once a worker has the job, the attempt: who comes late touches no row and knows it has lost.
"""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from annotation.models import Project
from inference.jobs.handlers import handler_get, handler_of, handlers
from inference.jobs.messages import message_send
from inference.jobs.models import MAX_LOSSES, Job
from inference.jobs.signals import job_ended

logger = logging.getLogger(__name__)

State = Job.State
LOST_ADVICE = (
    "Start it again. Should that end alike, read log.txt of the last attempt and look at the "
    "machine's memory: lower the batch size where it is short."
)


def job_queue(*, job: Job) -> None:
    """Tell the workers of a queued row, once the transaction that wrote it has committed."""
    transaction.on_commit(partial(message_send, kind=handler_of(job).kind, job_id=job.pk))


def job_claim(*, kind: str, job_id: int, worker: str) -> Job | None:
    """Take a queued job as a new attempt; None when another has it, or it has ended."""
    rows = handler_get(kind).model._default_manager.filter(pk=job_id)
    now = timezone.now()
    with transaction.atomic():
        taken = rows.filter(state=State.QUEUED, cancel_requested=False).update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            started_at=now,
            heartbeat_at=now,
            phase="",
            done=0,
            total=0,
        )
        return rows.get() if taken else None


def job_beat(*, job: Job) -> bool:
    """Say that the attempt lives, and how far it is; False when it no longer counts (fenced)."""
    return _change(
        job,
        State.RUNNING,
        heartbeat_at=timezone.now(),
        phase=job.phase,
        done=job.done,
        total=job.total,
    )


def job_cancel_requested(*, job: Job) -> bool:
    return _rows(job).filter(cancel_requested=True).exists()


def job_succeed(*, job: Job) -> bool:
    """Call inside the transaction that keeps what the job made; False: keep nothing, fenced."""
    assert transaction.get_connection().in_atomic_block
    return _end(job, State.RUNNING, State.SUCCEEDED)


def job_fail(*, job: Job, cause: str, advice: str = "") -> bool:
    """End the attempt for good, with what went wrong and what to change."""
    return _end(job, State.RUNNING, State.FAILED, error_cause=cause, error_advice=advice)


def job_cancelled(*, job: Job) -> bool:
    """The answer to a cancel request, once the process has ended."""
    return _end(job, State.RUNNING, State.CANCELLED)


def job_requeue(*, job: Job) -> bool:
    """Give back a job that its worker may not finish; it begins again as a new attempt."""
    return _requeue(job)


def job_lost(*, job: Job, cause: str) -> bool:
    """An attempt died without a word of its own: try again, until the MAX_LOSSES-th."""
    if job.cancel_requested or job_cancel_requested(job=job):
        return job_cancelled(job=job)
    losses = job.losses + 1
    if losses < MAX_LOSSES:
        logger.warning("Attempt %s of %s was lost: %s", job.attempt, job, cause)
        return _requeue(job, losses=losses)
    cause = f"{cause} This happened {losses} times."
    return _end(
        job,
        State.RUNNING,
        State.FAILED,
        losses=losses,
        error_cause=cause,
        error_advice=LOST_ADVICE,
    )


def job_cancel_request(*, job: Job) -> bool:
    """Cancel a queued job at once, a running one as soon as its worker has stopped it.

    False when it had ended already.
    """
    with transaction.atomic():
        # A queued row belongs to no attempt yet: cancel it whatever the caller last saw.
        job.attempt = _rows(job).values_list("attempt", flat=True).get()
        if _end(job, State.QUEUED, State.CANCELLED):
            return True
        return bool(_rows(job).filter(state=State.RUNNING).update(cancel_requested=True))


def jobs_lost_reconcile() -> None:
    """Requeue, or fail, the running jobs whose hearts have stopped."""
    lost = timezone.now() - timedelta(seconds=settings.HEARTBEAT_LOST)
    for handler in handlers():
        running = handler.model._default_manager.filter(state=State.RUNNING)
        for job in running.filter(Q(heartbeat_at__lt=lost) | Q(heartbeat_at=None)):
            try:
                job_lost(job=job, cause="Its worker stopped without a word.")
            except Exception:  # one row's trouble must not keep the others waiting
                logger.exception("%s was lost and could not be given back", job)


def jobs_queued(project: Project | None = None) -> list[tuple[str, int]]:
    """(kind, id) of every queued job, or of a project's, the longest waiting first."""
    rows = []
    for handler in handlers():
        queued = handler.model._default_manager.filter(state=State.QUEUED)
        if project is not None:
            queued = queued.filter(project=project)
        rows += [(at, handler.kind, pk) for pk, at in queued.values_list("pk", "queued_at")]
    return [(kind, pk) for _, kind, pk in sorted(rows)]


@transaction.atomic
def _requeue(job: Job, **changes: object) -> bool:
    requeued = _change(
        job, State.RUNNING, state=State.QUEUED, worker="", heartbeat_at=None, **changes
    )
    if requeued:
        job_queue(job=job)
    return requeued


def _rows(job: Job) -> QuerySet[Job]:
    return type(job)._default_manager.filter(pk=job.pk)


def _change(job: Job, left: Job.State, **changes: object) -> bool:
    """The compare-and-set; `job` follows where it succeeded."""
    changed = _rows(job).filter(state=left, attempt=job.attempt).update(**changes)
    if changed:
        for name, value in changes.items():
            setattr(job, name, value)
    return bool(changed)


@transaction.atomic
def _end(job: Job, left: Job.State, end: Job.State, **changes: object) -> bool:
    ended = _change(job, left, state=end, finished_at=timezone.now(), **changes)
    if ended:
        transaction.on_commit(partial(job_ended.send_robust, sender=type(job), job=job))
    return ended
