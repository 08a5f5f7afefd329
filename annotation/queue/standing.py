"""What a labeler has done and what still waits; read for pages, never to decide a claim."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Subquery
from django.utils import timezone

from annotation.people.models import Project, User
from annotation.queue.claims import tasks_claimable
from annotation.queue.models import Assignment

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


class RowCount(Subquery):
    """How many rows a subquery has, its LIMIT included."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def standings_get(*, labeler: User, projects: Iterable[Project]) -> dict[int, Standing]:
    """By project id, in one query however many projects there are.

    `waiting` is what this labeler's claims would find, capped at WAITING_CAP.
    """
    mine = Assignment.objects.filter(labeler=labeler, task__project=OuterRef("pk"))
    waiting = tasks_claimable(labeler=labeler, project=OuterRef("pk"), kind=None).values("pk")
    rows = Project.objects.filter(pk__in=[project.pk for project in projects]).annotate(
        done=RowCount(mine.filter(**submitted_today()).values("pk")),
        waiting=RowCount(waiting[:WAITING_CAP]),
        open=Exists(mine.filter(state=Assignment.State.LEASED)),
    )
    return {
        row["pk"]: Standing(row["done"], row["waiting"], row["open"])
        for row in rows.values("pk", "done", "waiting", "open")
    }


def standing_get(*, labeler: User, project: Project) -> Standing:
    return standings_get(labeler=labeler, projects=[project])[project.pk]


def submitted_today() -> dict[str, Any]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return {"state": Assignment.State.SUBMITTED, "ended_at__gte": midnight}


def done_today(*, labeler: User, project: Project) -> int:
    return Assignment.objects.filter(
        labeler=labeler, task__project=project, **submitted_today()
    ).count()
