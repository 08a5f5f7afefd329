"""The rankings that a round's reward model waits for: which there are, and which can still come.

Only what trains counts: a current ranking of acceptable answers by somebody who is not held out,
that no review keeps out.
Whatever else is handed in uses up a place of its task all the same.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from annotation.models import (
    Assignment,
    Membership,
    MembershipRole,
    Project,
    Ranking,
    Route,
    Task,
)
from annotation.review.gate import trains_now


@dataclass(frozen=True)
class Rankings:
    """Of some tasks, no task counting for more than its overlap."""

    asked: int
    """What the tasks ask for that were not withdrawn"""
    done: int
    possible: int
    """What there is and what can still be added, as things stand"""


def labelers_eligible(project_id: int) -> QuerySet[Membership]:
    """The members whose rankings train. Site admins may rank too, but nobody waits for them."""
    return Membership.objects.filter(
        project=project_id,
        state=Membership.State.ACTIVE,
        heldout=False,
        roles__role=MembershipRole.Role.LABELER,
    )


def rankings_of(*, project_id: int, tasks: QuerySet[Task]) -> Rankings:
    """Count them. While nobody at all can rank, somebody is waited for: every place is possible."""
    members = list(labelers_eligible(project_id))
    trains = trains_now(Project.objects.get(pk=project_id))
    if not members:
        return _counted(tasks, None, trains)
    # Tasks that are open to the same people are counted together: mostly all of them are.
    routes: dict[frozenset[int], list[int]] = defaultdict(list)
    for route in Route.objects.filter(pk__in=tasks.order_by().values("route")):
        admitted = frozenset(member.user_id for member in members if route.admits(member))
        routes[admitted].append(route.pk)
    groups = [
        _counted(tasks.filter(route__in=ids), list(who), trains) for who, ids in routes.items()
    ]
    return Rankings(
        asked=sum(group.asked for group in groups),
        done=sum(group.done for group in groups),
        possible=sum(group.possible for group in groups),
    )


def _counted(tasks: QuerySet[Task], people: list[int] | None, trains: Q) -> Rankings:
    """Of tasks that `people` may be given; None: whoever comes."""
    places = Case(
        When(state=Task.State.OPEN, then=_whole(Greatest, F("overlap") - F("submitted_count"), 0)),
        default=Value(0),
        output_field=IntegerField(),
    )
    counted = tasks.annotate(usable=_per_task(_usable(trains)), room=places)
    room: F | Func = F("room")
    if people is not None:
        counted = counted.annotate(left=len(people) - _per_task(_met(people)))
        room = _whole(Least, "room", _whole(Greatest, "left", 0))
    asked = Case(
        When(state=Task.State.CLOSED, then=_whole(Least, "usable", "overlap")),
        default=F("overlap"),
        output_field=IntegerField(),
    )
    sums = counted.aggregate(
        asked=Sum(asked, default=0),
        done=Sum(_whole(Least, "usable", "overlap"), default=0),
        possible=Sum(_whole(Least, F("usable") + room, "overlap"), default=0),
    )
    return Rankings(**sums)


def _whole(function: type[Func], *parts: Any) -> Func:
    """Of columns whose integer types differ, which Django does not reconcile by itself."""
    return function(*parts, output_field=IntegerField())


def _usable(trains: Q) -> QuerySet[Ranking]:
    return Ranking.objects.filter(trains, is_current=True, outcome=Ranking.Outcome.RANKED)


def _met(people: list[int]) -> QuerySet[Assignment]:
    """What is never given to the same person again."""
    ended = (Assignment.State.SUBMITTED, Assignment.State.SKIPPED)
    return Assignment.objects.filter(labeler__in=people, state__in=ended)


def _per_task(rows: "QuerySet[Ranking] | QuerySet[Assignment]") -> Coalesce:
    """How many of `rows` belong to the task at hand."""
    counted = rows.filter(task=OuterRef("pk")).order_by().values("task").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
