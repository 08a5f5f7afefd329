"""Celery's door to the reviewers' queue."""

from celery import shared_task

from annotation.review.watching import reviews_watch


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def reviews_watch_task(*, project_id: int) -> None:
    reviews_watch(project_id=project_id)
