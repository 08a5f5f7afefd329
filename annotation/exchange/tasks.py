"""Celery's door to imports. The row says what to do; a message only says when."""

from celery import shared_task

from annotation.exchange.running import batch_run


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def import_batch_task(*, batch_id: int) -> None:
    """Run an import, then call the one that waited behind it."""
    waiting = batch_run(batch_id=batch_id)
    if waiting is not None:
        import_batch_task.delay(batch_id=waiting)
