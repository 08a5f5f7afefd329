"""Celery's door to the jobs that go through prompts. The row says what to do."""

from celery import shared_task

from annotation.pool.copying import copy_work
from annotation.pool.edits import edit_work
from annotation.pool.jobs import Work, job_run
from annotation.pool.scans import scan_work

WORKS: dict[str, Work] = {"scan": scan_work, "edit": edit_work, "copy": copy_work}


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def prompt_job_task(*, job_id: int) -> None:
    """Run a job, then call the one that waited behind it."""
    waiting = job_run(job_id=job_id, works=WORKS)
    if waiting is not None:
        prompt_job_task.delay(job_id=waiting)
