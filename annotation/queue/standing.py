"""What a labeler has done and what still waits; read for pages, never to decide a claim."""

from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from annotation.people.models import Project, User
from annotation.queue.models import Assignment, Task

# Counting on would read the whole queue for a number nobody needs exactly.
WAITING_CAP = 100


@dataclass(frozen=True)
class Standing:
    done_today: int
    waiting: int
    open: bool

    @property
    def waiting_text(self) -> str:
        return f"{WAITING_CAP - 1}+" if self.waiting >= WAITING_CAP else str(self.waiting)


def standing_get(*, labeler: User, project: Project) -> Standing:
    """`waiting` leaves out what this labeler has held before and is capped at WAITING_CAP."""
    mine = Assignment.objects.filter(labeler=labeler, task__project=project)
    waiting = (
        Task.objects.visible()
        .filter(
            project=project,
            state=Task.State.OPEN,
            overlap__gt=F("submitted_count") + F("leased_count"),
        )
        .exclude(pk__in=mine.values("task"))
    )
    return Standing(
        done_today=done_today(labeler=labeler, project=project),
        waiting=waiting[:WAITING_CAP].count(),
        open=mine.filter(state=Assignment.State.LEASED).exists(),
    )


def done_today(*, labeler: User, project: Project) -> int:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Assignment.objects.filter(
        labeler=labeler,
        task__project=project,
        state=Assignment.State.SUBMITTED,
        ended_at__gte=midnight,
    ).count()
