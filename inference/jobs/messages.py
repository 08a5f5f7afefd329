"""Messages say only "look at this row": a lost one is sent again, a double one is harmless."""

import logging

from celery import current_app

from inference.jobs.devices import devices_free

logger = logging.getLogger(__name__)

TASK = "inference.jobs.run"
QUEUE = "gpu"


def message_send(*, kind: str, job_id: int) -> None:
    """A request must not fail for the broker's sake: the reconcile sends what was not sent."""
    try:
        current_app.send_task(TASK, kwargs={"kind": kind, "job_id": job_id}, queue=QUEUE)
    # Every broker raises errors of its own.
    except Exception:
        logger.exception("No message went out for %s %s; the reconcile will send it", kind, job_id)


def messages_resend(queued: list[tuple[str, int]]) -> None:
    """Send again for the first of the queued jobs, where devices are idle and no message waits.

    A row is queued without a message when every device was busy as its message came, or when the
    worker that held the message was killed. While messages wait, nothing is known to be lost.
    """
    if queued and (free := devices_free()) and not _messages_waiting():
        for kind, job_id in queued[:free]:
            message_send(kind=kind, job_id=job_id)


def _messages_waiting() -> bool:
    try:
        with current_app.connection_for_write() as connection:
            declared = connection.default_channel.queue_declare(queue=QUEUE, passive=True)
            return bool(declared.message_count)
    # No such queue yet, or no broker, in the words of each broker.
    except Exception:
        return False
