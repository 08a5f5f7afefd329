"""Runs a job: takes a device and the row, starts the process, keeps what it says, ends the row."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from enum import Enum

from django.conf import settings
from django.db import OperationalError, connection, transaction

from annotation.models import Project
from inference.child.failure import Failure, explain
from inference.jobs import claims
from inference.jobs.attempts import Attempt
from inference.jobs.children import Child, killed_words
from inference.jobs.devices import (
    device_environment,
    device_lease_release,
    device_lease_take,
)
from inference.jobs.handlers import handler_get
from inference.jobs.messages import messages_resend
from inference.jobs.shutdown import shutdown_requested
from inference.storage import publish_folder

logger = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between looks at the child."""


class Verdict(Enum):
    """Why supervision ended before the process did."""

    FENCED = "another attempt counts now, or has the device"
    CANCEL = "cancel was requested"
    SHUTDOWN = "the worker shuts down"
    SILENT = "it has said nothing for too long"


def job_run(*, kind: str, job_id: int) -> bool:
    """Run one queued job to its end; False when there was nothing to run or no device was free.

    Safe to call for any job at any time: only one caller gets the row.
    """
    if shutdown_requested():
        # A message that this worker held in reserve; the reconcile sends it to another.
        return False
    holder = f"{kind}:{job_id}:{uuid.uuid4().hex[:12]}"
    device = device_lease_take(holder=holder)
    if device is None:
        return False
    try:
        worker = f"{socket.gethostname()}:{os.getpid()}"
        job = claims.job_claim(kind=kind, job_id=job_id, worker=worker)
        if job is None:
            return False
        _attempt_run(Attempt(handler_get(kind), job, device, holder))
    finally:
        device_lease_release(device=device, holder=holder)
    # Whoever waited for the device may have spent its message meanwhile.
    messages_resend(claims.jobs_queued())
    return True


def jobs_drain(project: Project | None = None) -> int:
    """Run every queued job in this process, and what they queue in turn; returns how many ran.

    With `project`, only its jobs: those of others are left to their own workers.
    """
    ran = 0
    while (queued := claims.jobs_queued(project)) and not shutdown_requested():
        kind, job_id = queued[0]
        if job_run(kind=kind, job_id=job_id):
            ran += 1
        else:
            time.sleep(POLL)  # a worker has the device, or was quicker
    return ran


def jobs_reconcile() -> None:
    """What only time reveals: jobs whose worker died, and queued jobs whose message was lost."""
    claims.jobs_lost_reconcile()
    messages_resend(claims.jobs_queued())


def _attempt_run(attempt: Attempt) -> None:
    job = attempt.job
    try:
        with attempt.beating():
            spec = attempt.prepare()
        child = Child(attempt.handler.module, spec, device_environment(attempt.device))
        try:
            outcome = _watch(attempt, child)
        finally:
            child.stop()
        _conclude(attempt, child, outcome)
    except (KeyboardInterrupt, SystemExit):
        claims.job_requeue(job=job)
        raise
    except Exception as error:
        if not isinstance(error, Failure):
            logger.exception("%s failed in its supervisor", job)
        cause, advice = explain(error)
        claims.job_fail(job=job, cause=cause, advice=advice)


def _watch(attempt: Attempt, child: Child) -> int | Verdict:
    """Beat and listen until the process ends, returning its status, or must be ended."""
    beaten = 0.0
    while True:
        status = child.wait(POLL)
        if status is None and shutdown_requested():
            return Verdict.SHUTDOWN
        if status is None and time.monotonic() - beaten < settings.HEARTBEAT_EVERY:
            continue
        beaten = time.monotonic()
        try:
            if not attempt.report():
                return Verdict.FENCED
            if claims.job_cancel_requested(job=attempt.job):
                return Verdict.CANCEL
            if status is None and child.silence() > settings.SILENCE_LIMIT:
                return Verdict.SILENT
        except OperationalError:
            # A database that is away or busy: the process need not suffer for it.
            logger.exception("%s could not report", attempt.job)
            _connection_renew()
        if status is not None:
            return status


def _conclude(attempt: Attempt, child: Child, outcome: int | Verdict) -> None:
    """Turn what ended the process into the end of the row."""
    job = attempt.job
    if outcome is Verdict.FENCED:
        logger.warning("%s: attempt %s is fenced and counts for nothing", job, job.attempt)
        # Where only the device was lost the row is still ours to give back.
        claims.job_requeue(job=job)
    elif outcome is Verdict.CANCEL:
        claims.job_cancelled(job=job)
    elif outcome is Verdict.SHUTDOWN:
        claims.job_requeue(job=job)
    elif outcome is Verdict.SILENT:
        raise Failure(
            f"The process said nothing for {settings.SILENCE_LIMIT:g} seconds and was ended. "
            f"Its last words:\n{child.log_tail()}".strip(),
            "It hung, or one step takes longer than that: raise SILENCE_LIMIT, or make the steps "
            "smaller.",
        )
    elif outcome == 0:
        with attempt.beating():
            _keep(attempt)
    elif attempt.error is not None:
        claims.job_fail(job=job, cause=attempt.error[0], advice=attempt.error[1])
    elif words := killed_words(outcome):
        claims.job_lost(job=job, cause=words)
    else:
        raise Failure(
            f"The process ended with status {outcome}. Its last words:\n{child.log_tail()}".strip(),
            "log.txt in its folder has the whole of what it printed.",
        )


def _keep(attempt: Attempt) -> None:
    """Publish, then make the job succeed and keep its fruits in one transaction."""
    job, result = attempt.job, attempt.result()
    if result["model"]:
        publish_folder(attempt.folder / result["model"], f"{job.attempt_folder}/model")
    attempt.handler.collect(job, result, attempt.folder)

    def finish() -> None:
        with transaction.atomic():
            if claims.job_succeed(job=job):
                attempt.handler.finish(job, result, attempt.folder)
            else:
                logger.warning("%s: attempt %s came too late to count", job, job.attempt)

    _patiently(finish)


def _patiently(write: Callable[[], None], tries: int = 5) -> None:
    """A busy database must not cost a finished run its result."""
    for left in reversed(range(tries)):
        try:
            return write()
        except OperationalError:
            if not left:
                raise
            logger.exception("The result could not be kept yet")
            _connection_renew()
            time.sleep(1)


def _connection_renew() -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
