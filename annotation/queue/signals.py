"""What the apps above listen to in the queue, and how annotation's signals are sent."""

from django.db import transaction
from django.dispatch import Signal

# Arguments: project_id (int), kind (a Task.Kind).
assignment_skipped = Signal()
# Sent in the transaction that skips: what a receiver raises undoes it. Argument: assignment.
assignment_skipping = Signal()


def announce(signal: Signal, *, project_id: int, kind: str) -> None:
    """Send `signal` on commit, so that a receiver sees what was done.

    A receiver's failure never fails the labeler's request.
    """
    transaction.on_commit(
        lambda: signal.send_robust(sender=None, project_id=project_id, kind=kind), robust=True
    )
