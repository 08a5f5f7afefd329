"""The message that says "look at this round": a lost one is made good by the reconcile."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)

TASK = "training.rounds.advance"


def round_message_send(*, round_id: int) -> None:
    """A request must not fail for the broker's sake."""
    try:
        current_app.send_task(TASK, kwargs={"round_id": round_id}, queue="cpu")
    # Every broker raises errors of its own.
    except Exception:
        logger.exception("No message for round %s went out; the reconcile moves it on", round_id)
