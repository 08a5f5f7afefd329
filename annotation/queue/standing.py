"""What a labeler has done and what still waits; read for pages, never to decide a claim."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.queue.models import Assignment, Route, Task
from annotation.queue.routes import routes_claimable, tasks_claimable

# Counting on would read the whole queue for a number nobody needs exactly.
WAITING_CAP = 100
Members = dict[int, Membership]  # a labeler's, by project id; a site admin may have none


@dataclass(frozen=True)
class Standing:
    done_today: int
    waiting: int
    open: bool
    daily_cap: int = 0

    @property
    def capped(self) -> bool:
        """Whether today's most is done; what is begun may be finished."""
        return 0 < self.daily_cap <= self.done_today

    @property
    def waiting_text(self) -> str:
        return f"{WAITING_CAP - 1}+" if self.waiting >= WAITING_CAP else str(self.waiting)


@dataclass(frozen=True)
class Today:
    """`seconds` at work, those of the task at hand among them as far as they are reported."""

    done: int
    seconds: int


class RowCount(Subquery):
    """How many rows a subquery has, its LIMIT included."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def standings_get(*, labeler: User, projects: Iterable[Project]) -> dict[int, Standing]:
    """By project id, in a few queries however many projects there are.

    `waiting` is what this labeler's claims would find, capped at WAITING_CAP; `open` says whether
    the next one would find a task that is theirs already.
    """
    ids = [project.pk for project in projects]
    members = members_get(labeler=labeler, project_ids=ids)
    waiting = tasks_waiting(labeler=labeler, members=members, project_ids=ids)
    begun = projects_begun(labeler=labeler, members=members)
    mine = Assignment.objects.filter(labeler=labeler, task__project=OuterRef("pk"))
    rows = Project.objects.filter(pk__in=ids).annotate(
        done=RowCount(mine.filter(**submitted_today()).values("pk"))
    )
    return {
        row["pk"]: Standing(
            row["done"], min(waiting[row["pk"]], WAITING_CAP), row["pk"] in begun, row["daily_cap"]
        )
        for row in rows.values("pk", "done", "daily_cap")
    }


def members_get(*, labeler: User, project_ids: list[int]) -> Members:
    memberships = Membership.objects.filter(
        user=labeler, project__in=project_ids, roles__role=MembershipRole.Role.LABELER
    )
    return {membership.project_id: membership for membership in memberships}


def projects_begun(*, labeler: User, members: Members) -> set[int]:
    """Ids of the projects in which `labeler` holds a lease that the next claim would not give
    back."""
    held = Assignment.objects.filter(labeler=labeler, state=Assignment.State.LEASED)
    routes = Route.objects.filter(pk__in=held.values("task__route"))
    return {route.project_id for route in routes if route.admits(members.get(route.project_id))}


def tasks_waiting(*, labeler: User, members: Members, project_ids: list[int]) -> Counter[int]:
    """How many tasks the projects' routes hold for `labeler`, at most WAITING_CAP of each route."""
    tasks = tasks_claimable(labeler=labeler).filter(route=OuterRef("pk")).values("pk")
    routes = routes_claimable().filter(project__in=project_ids)
    waiting: Counter[int] = Counter()
    for route in routes.annotate(waiting=RowCount(tasks[:WAITING_CAP])):
        if route.admits(members.get(route.project_id)):
            waiting[route.project_id] += route.waiting
    return waiting


def standing_get(*, labeler: User, project: Project) -> Standing:
    return standings_get(labeler=labeler, projects=[project])[project.pk]


def today_get(*, labeler: User, project: Project) -> Today:
    """What the labeler's day holds so far.

    A task that was worked on before midnight and after it counts with all its time.
    """
    since = midnight()
    touched = Q(heartbeat_at__gte=since) | Q(ended_at__gte=since)
    found = Assignment.objects.filter(touched, labeler=labeler, task__project=project).aggregate(
        done=Count("pk", filter=Q(**submitted_today())), seconds=Sum("active_seconds")
    )
    return Today(found["done"], found["seconds"] or 0)


def midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def submitted_today() -> dict[str, Any]:
    return {"state": Assignment.State.SUBMITTED, "ended_at__gte": midnight()}


def done_today(*, labeler: User, project: Project) -> int:
    return Assignment.objects.filter(
        labeler=labeler, task__project=project, **submitted_today()
    ).count()


@dataclass(frozen=True)
class Unserved:
    """Open tasks of a route that no active labeler may be given."""

    route: Route
    tasks: int


def tasks_unserved(project: Project) -> list[Unserved]:
    """What waits for a labeler that the project does not have. Gold waits for nobody."""
    members = Membership.objects.filter(
        project=project,
        state=Membership.State.ACTIVE,
        roles__role=MembershipRole.Role.LABELER,
    )
    waiting = Count("tasks", filter=Q(tasks__state=Task.State.OPEN))
    routes = routes_claimable().filter(project=project).exclude(purpose=Task.Purpose.GOLD)
    return [
        Unserved(route, route.waiting)
        for route in routes.annotate(waiting=waiting).order_by("pk")
        if route.waiting and not any(route.admits(member) for member in members)
    ]
