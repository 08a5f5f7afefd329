"""Whom sensitive content is hidden from until they ask for it."""

from annotation.people.models import Membership
from annotation.queue.models import Task


def veiled(task: Task, membership: Membership | None) -> list[str]:
    """What the task's content is marked as, in the project's words, where it is to be hidden.

    Empty where it is not marked, or where the labeler wants to see it at once.
    """
    return task.sensitive if membership is None or membership.veil else []
