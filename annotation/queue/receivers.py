"""What the queue does when a project's settings change."""

from typing import Any

from django.dispatch import receiver

from annotation.people.models import Project
from annotation.people.signals import project_changed
from annotation.queue.tasks import overlap_apply


@receiver(project_changed)
def overlap_follow(*, project: Project, fields: set[str], **_: Any) -> None:
    """Tasks follow their project's overlap."""
    if "overlap" in fields:
        overlap_apply(project=project)
