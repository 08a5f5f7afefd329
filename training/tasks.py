"""Training's door to Celery."""

from celery import shared_task

from training.messages import TASK
from training.rounds import round_advance


@shared_task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def round_advance_task(*, round_id: int) -> None:
    round_advance(round_id=round_id)
