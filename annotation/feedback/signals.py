"""What the apps above listen to. Sent after the commit, so that a receiver sees what was said."""

from django.db import transaction
from django.dispatch import Signal

# Arguments: project_id (int), kind ("demonstration" or "ranking").
feedback_submitted = Signal()


def feedback_announce(*, project_id: int, kind: str) -> None:
    """Send feedback_submitted on commit. A receiver's failure never fails the submission."""
    transaction.on_commit(
        lambda: feedback_submitted.send_robust(sender=None, project_id=project_id, kind=kind),
        robust=True,
    )
