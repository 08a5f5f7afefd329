"""What dialogues do when the queue ends their assignment."""

from typing import Any

from django.dispatch import receiver

from annotation.dialogue.talks import conversation_abandon
from annotation.queue.models import Assignment
from annotation.queue.signals import assignment_skipping


@receiver(assignment_skipping)
def on_skipping(*, assignment: Assignment, **_: Any) -> None:
    conversation_abandon(assignment=assignment)
