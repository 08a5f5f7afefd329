"""Celery's door to the report. The row says whether to; a message only says when."""

from celery import shared_task


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def quality_report_task(*, project_id: int) -> None:
    # It imports numpy, which stays out of processes that compute no report.
    from annotation.quality.computing import report_compute  # noqa: PLC0415

    report_compute(project_id=project_id)
