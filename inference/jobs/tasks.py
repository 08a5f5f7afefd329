"""The jobs' door to Celery."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from inference.jobs.messages import TASK
from inference.jobs.shutdown import shutdown_request
from inference.jobs.supervisor import job_run


@shared_task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def job_run_task(*, kind: str, job_id: int) -> None:
    job_run(kind=kind, job_id=job_id)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _end_children(**_: Any) -> None:
    """A worker that was asked to end gives its job back rather than wait hours for it."""
    shutdown_request()
