"""What the apps above listen to: something was said."""

from django.dispatch import Signal

from annotation.queue.signals import announce

# Arguments: project_id (int), kind (a Task.Kind).
feedback_submitted = Signal()
# Sent in the transaction of a ranking whose task has a right answer, for gold, screening or
# practice: what a receiver raises undoes it. Argument: ranking.
checked_submitting = Signal()
# Sent in the transaction that changes what was handed in: what a receiver raises undoes it.
# Argument: said, the row that is current now.
feedback_revising = Signal()


def feedback_announce(*, project_id: int, kind: str) -> None:
    announce(feedback_submitted, project_id=project_id, kind=kind)
