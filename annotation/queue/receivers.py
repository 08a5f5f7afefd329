"""What the queue does when a project's settings change, and when somebody leaves."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from annotation.people.models import Project, User
from annotation.people.signals import project_changed
from annotation.queue.ahead import aheads_release
from annotation.queue.tasks import overlap_apply


@receiver(project_changed)
def overlap_follow(*, project: Project, fields: set[str], **_: Any) -> None:
    """Tasks follow their project's overlap."""
    if "overlap" in fields:
        overlap_apply(project=project)


@receiver(user_logged_out)
def aheads_let_go(*, user: User | None, **_: Any) -> None:
    """Who signs out comes to nothing more that was fetched ahead. An ended session has no user."""
    if user is not None:
        aheads_release(labeler=user)
