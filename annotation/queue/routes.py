"""Routes: which tasks a labeler may be given, and from which of them the next one comes.

A claim asks each route that admits the labeler for its first task, and then takes from the route
whose first task goes before the others' (see `routes_in_turn`): the queue is walked along an index
of one route, so that tasks for others cost nothing.
"""

import random
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable, OrderBy

from annotation.people.models import Membership, Project, User
from annotation.prepared import Param, Prepared
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Prompt
from annotation.queue.models import Assignment, Route, Task

# Screening and practice tasks are given out by the onboarding, not by the queue.
CLAIMABLE = (Task.Purpose.TRAIN, Task.Purpose.EVALUATION, Task.Purpose.GOLD)
MET = (Assignment.State.LEASED, Assignment.State.SUBMITTED, Assignment.State.SKIPPED)


def route_fields(marks: Marks) -> dict[str, Any]:
    """Marks as a route holds them."""
    return {
        "language": marks.language,
        "skills": ",".join(marks.skills),
        "sensitive": ",".join(marks.sensitive),
    }


class Routes:
    """A project's routes, found or made once each while many tasks are written."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.known: dict[tuple[str, str, Marks], Route] = {}

    def get(self, *, kind: str, purpose: str, marks: Marks) -> Route:
        key = (kind, purpose, marks)
        if key not in self.known:
            self.known[key], _ = Route.objects.get_or_create(
                project=self.project, kind=kind, purpose=purpose, **route_fields(marks)
            )
        return self.known[key]

    def of(self, prompt: Prompt | None, *, kind: str, purpose: str = Task.Purpose.TRAIN) -> Route:
        """The route of a prompt's tasks of this kind; without a prompt they ask for nothing."""
        return self.get(kind=kind, purpose=purpose, marks=marks_of(prompt) if prompt else Marks())


def routes_claimable() -> QuerySet[Route]:
    """Those of all projects from which the queue gives tasks out."""
    routes = Route.objects.filter(purpose__in=CLAIMABLE)
    return routes.exclude(purpose=Task.Purpose.GOLD, project__gold_every=0)


ROUTES = Prepared(lambda: routes_claimable().filter(project_id=Param("project")))


def routes_in_turn(
    *, labeler: User, project: Project, member: Membership | None, kind: str | None
) -> list[int]:
    """Ids of the routes that have a task for `labeler`, the one to take from first.

    Their tasks are compared as they are given out; unseen gold goes before them in one claim of
    `gold_every`, and behind them in the others.
    """
    routes = ROUTES.all(project=project)
    admitted = [route.pk for route in routes if kind in (None, route.kind) and route.admits(member)]
    if len(admitted) < 2:
        return admitted
    order = turns(project.queue_order)
    first = tasks_claimable(labeler=labeler).filter(route=OuterRef("pk"))
    heads = Route.objects.filter(pk__in=admitted).annotate(
        head=Subquery(first.order_by(*order).values("pk")[:1])
    )
    now = bool(project.gold_every) and random.randrange(project.gold_every) == 0
    gold = Case(When(purpose=Task.Purpose.GOLD, then=Value(0 if now else 2)), default=Value(1))
    ordered = Task.objects.filter(pk__in=heads.values("head")).order_by(gold, *order)
    return list(ordered.values_list("route_id", flat=True))


def turns(order: str) -> list[OrderBy | Combinable]:
    """The order in which a project's tasks are given out, as the route's indexes have it; `order`
    is the project's queue_order.

    Depth first is the oldest first: what was begun is older than what was not, and is finished
    by whoever comes next.
    """
    begun = [F("submitted_count") + F("leased_count")]
    breadth = order == Project.QueueOrder.BREADTH
    return [F("priority").desc(), *(begun if breadth else []), F("id").asc()]


def tasks_claimable(*, labeler: User | Param) -> QuerySet[Task]:
    """The open tasks with a free place that `labeler` has not met, of all routes and no order."""
    met = Assignment.objects.filter(task=OuterRef("pk"), labeler=labeler, state__in=MET)
    return Task.objects.filter(
        ~Exists(met),
        Q(overlap__gt=F("submitted_count") + F("leased_count")),
        state=Task.State.OPEN,
    )
