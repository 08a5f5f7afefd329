"""Claims: how a task is given out.

- A task is given out while `submitted_count + leased_count < overlap`, and each grant adds to
  `leased_count` in the transaction that writes the lease. Rows are locked in one order: the
  labeler's membership, then the task, then the assignment.
- Expiry is judged when somebody claims, so no timer has to run. Until then a lease that has run
  out is still its labeler's, who may go on with it.
- Whom a task may go to, and which comes first, its route says (`routes`).
- A labeler meets a task once: what they skipped or submitted never comes back, what they let go
  may, with the draft and the order it was shown in.
- A claim gives back what the route no longer lets its labeler hold, as they have declined such
  content since. A page of it that is open may still be handed in.
"""

import random
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, DateTimeField, Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.prepared import Param, Prepared, PreparedInsert, PreparedUpdate
from annotation.queue.models import Assignment, Task
from annotation.queue.routes import routes_in_turn, tasks_claimable, turns
from annotation.queue.standing import done_today
from annotation.queue.tasks import extras_count, tasks_extras_fit

State = Assignment.State
# Stale leases given back by one claim; the next claim goes on with the rest.
EXPIRE_AT_ONCE = 100
PAUSED = gettext_lazy(
    "Your work in this project is paused: an admin will look at it and tell you how to go on. What "
    "you have begun is kept."
)
TO_READ = gettext_lazy(
    "Something has changed that you are asked to read first. Open the project’s Work page: it "
    "leads there, and back to your tasks."
)


@dataclass(frozen=True)
class Found:
    """A task whose row is locked; `let_go`: the labeler had it before, and gave it back."""

    task: Task
    let_go: bool


class Claimant(NamedTuple):
    """A labeler whose membership is locked; None for a site admin who has none. `stale`: there may
    be leases to give back, of whomever."""

    member: Membership | None
    stale: bool


def task_claim(
    *, labeler: User, project: Project, kind: str | None = None, besides: Assignment | None = None
) -> Assignment | None:
    """Lease the next task, or return the lease that `labeler` holds already.

    `besides` is the assignment at hand when the next one is fetched ahead of its submission.
    None means that there is no work, that `labeler` holds max_open_leases already, or that what
    they have handed in today and hold reaches the project's daily_cap.
    Raises PermissionDenied for who is not an active labeler of the project.
    """
    with transaction.atomic():
        now = timezone.now()
        member, stale = labeler_lock(labeler=labeler, project=project, now=now)
        held = leases_held(labeler=labeler, project=project)
        refused = [each for each in held if each != besides and not each.task.route.admits(member)]
        if refused:
            leases_release(refused, now=now)
            held = [each for each in held if each not in refused]
        for lease in held:
            if lease != besides and kind in (None, lease.task.kind):
                return lease_renew(lease, now)
        if not room_left(labeler=labeler, project=project, held=len(held)):
            return None
        if stale:
            leases_expire(now=now)
        found = task_next(labeler=labeler, project=project, member=member, kind=kind)
        return lease_grant(found.task, labeler, now, again=found.let_go) if found else None


def room_left(*, labeler: User, project: Project, held: int) -> bool:
    """Whether the project's caps let who holds `held` leases there have one more."""
    if held >= project.max_open_leases:
        return False
    if not project.daily_cap:
        return True
    return done_today(labeler=labeler, project=project) + held < project.daily_cap


def task_follow(*, labeler: User, project: Project) -> Assignment | None:
    """The next task for who has just handed one in; None too for who may no longer be given any:
    what they have handed in is in already."""
    try:
        return task_claim(labeler=labeler, project=project)
    except PermissionDenied:
        return None


def labeler_memberships(*, labeler: User | Param, project: Project | Param) -> QuerySet[Membership]:
    """The membership under which `labeler` may be given tasks; empty when there is none."""
    return Membership.objects.filter(
        project=project,
        user=labeler,
        state=Membership.State.ACTIVE,
        paused_at=None,
        roles__role=MembershipRole.Role.LABELER,
    )


def leases_stale(*, now: datetime | Param) -> QuerySet[Assignment]:
    """Leases that ran out, of all projects: the partial index assignment_live_expiry finds them at
    once, a join to one project's tasks would not."""
    return Assignment.objects.filter(state=State.LEASED, expires_at__lt=now)


# Whether any lease ran out is asked along with it, as there is none in nearly every claim.
MEMBERSHIP_LOCKED = Prepared(
    lambda: (
        labeler_memberships(labeler=Param("labeler"), project=Param("project"))
        .filter(onboarding_due=False)
        .annotate(stale=Exists(leases_stale(now=Param("now", DateTimeField()))))
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")[:1]
    )
)


def labeler_lock(*, labeler: User, project: Project, now: datetime) -> Claimant:
    """Let one labeler's claims in a project queue behind each other, and check that they may."""
    membership: Any = MEMBERSHIP_LOCKED.first(labeler=labeler, project=project, now=now)
    if membership is None:
        if labeler_paused(labeler=labeler, project=project):
            raise PermissionDenied(PAUSED)
        if labeler_memberships(labeler=labeler, project=project).exists():
            raise PermissionDenied(TO_READ)
        if not labeler.is_superuser:
            raise PermissionDenied(_("Only active labelers of this project are given tasks."))
        return Claimant(None, stale=True)
    return Claimant(membership, stale=membership.stale)


def labeler_paused(*, labeler: User, project: Project) -> bool:
    paused = Membership.objects.filter(project=project, user=labeler, paused_at__isnull=False)
    return paused.exists()


HELD = Prepared(
    lambda: Assignment.objects.filter(labeler_id=Param("labeler"), state=State.LEASED).values_list(
        "pk", "task__project_id"
    )
)


def leases_held(*, labeler: User, project: Project) -> list[Assignment]:
    """The labeler's leases in the project, the oldest first.

    The project is compared here: asked to join, SQLite walks all tasks of the project instead of
    the labeler's few leases. There are none in nearly every claim, so their rows are read after.
    """
    held = [pk for pk, project_id in HELD.all(labeler=labeler) if project_id == project.pk]
    if not held:
        return []
    rows = Assignment.objects.filter(pk__in=held).select_related(
        "task__prompt", "task__project", "task__route"
    )
    return list(rows.order_by("leased_at", "id"))


def tasks_next(order: str) -> QuerySet[Any]:
    """The claim: the first task of a route, its row locked, as a prepared query."""
    labeler = Param("labeler")
    had = Assignment.objects.filter(task=OuterRef("pk"), labeler_id=labeler)
    return (
        tasks_claimable(labeler=labeler)
        .filter(route_id=Param("route"))
        .order_by(*turns(order))
        .annotate(let_go=Exists(had))
        .select_related("prompt", "route")
        .select_for_update(of=("self",), skip_locked=True)[:1]
    )


NEXT = {order: Prepared(partial(tasks_next, order)) for order in Project.QueueOrder.values}


def task_next(
    *, labeler: User, project: Project, member: Membership | None, kind: str | None
) -> Found | None:
    """The claim: one query along a partial index of the route whose turn it is, its row locked.

    PostgreSQL skips rows that another claim holds, and the next route is asked where it held all
    that were left; on SQLite the transaction, which is IMMEDIATE, holds the only write lock.
    """
    routes = routes_in_turn(labeler=labeler, project=project, member=member, kind=kind)
    for route in routes:
        task = NEXT[project.queue_order].first(route=route, labeler=labeler)
        if task:
            task.project = project
            return Found(task, task.let_go)
    return None


def leases_expire(*, now: datetime) -> int:
    """Give back leases that ran out, the longest ago first, on tasks that nobody has locked."""
    stale = leases_stale(now=now)
    first = stale.order_by("expires_at").values_list("task_id", flat=True)
    task_ids = set(first[:EXPIRE_AT_ONCE])
    return leases_end(stale, task_ids=task_ids, state=State.EXPIRED, now=now) if task_ids else 0


def leases_release(leases: Sequence[Assignment], *, now: datetime) -> int:
    """Give back leases that their labeler is not to have; their drafts stay."""
    task_ids = {lease.task_id for lease in leases}
    theirs = Assignment.objects.filter(pk__in=[lease.pk for lease in leases])
    return leases_end(theirs, task_ids=task_ids, state=State.RELEASED, now=now)


def leases_end(
    leases: QuerySet[Assignment], *, task_ids: Collection[int], state: str, now: datetime
) -> int:
    """End those of `leases` that are held still, on such of these tasks as nobody else has locked.

    Returns how many there were.
    """
    with transaction.atomic():
        locked = list(
            Task.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=task_ids)
            .order_by("id")
            .values_list("pk", flat=True)
        )
        # Read again under the lock: a heartbeat or a submit may have come first.
        ended = leases.filter(state=State.LEASED, task_id__in=locked)
        ids = list(ended.select_for_update(of=("self",)).values_list("pk", flat=True))
        Assignment.objects.filter(pk__in=ids).update(state=state, ended_at=now)
        counts = (
            Assignment.objects.filter(pk__in=ids)
            .order_by()
            .values_list("task_id")
            .annotate(count=Count("pk"))
        )
        for task_id, count in counts:
            Task.objects.filter(pk=task_id).update(leased_count=F("leased_count") - count)
        for task in tasks_extras_fit(Task.objects.filter(pk__in=locked)):
            extras_count(task)
    return len(ids)


GRANTED = PreparedInsert(Assignment)
COUNTED = PreparedUpdate(
    lambda: Task.objects.filter(pk=Param("pk")), leased_count=F("leased_count") + 1
)


def lease_grant(task: Task, labeler: User, now: datetime, *, again: bool) -> Assignment:
    """Write the lease of a task whose row is locked and has a free place.

    `again`: who let the task go before gets the same assignment, with its draft and its order.
    """
    times = {"leased_at": now, "heartbeat_at": now, "expires_at": lease_end(task.project, now)}
    if again:
        # Under the task's lock nobody else writes it meanwhile.
        earlier = Assignment.objects.filter(task=task, labeler=labeler)
        earlier.update(**times, state=State.LEASED, ended_at=None)
        assignment = earlier.get()
    else:
        seed = secrets.randbits(62)
        order = order_draw(task.k, seed)
        assignment = Assignment(task=task, labeler=labeler, **times, order=order, order_seed=seed)
        GRANTED.run(assignment)
    COUNTED.run(pk=task)
    task.leased_count += 1
    assignment.task = task
    return assignment


def order_draw(k: int, seed: int) -> list[int]:
    """A permutation of the slots 0..k-1: the order in which a labeler is shown them."""
    order = list(range(k))
    random.Random(seed).shuffle(order)
    return order


def lease_end(project: Project, now: datetime) -> datetime:
    return now + timedelta(minutes=project.lease_minutes)


def lease_renew(assignment: Assignment, now: datetime) -> Assignment:
    assignment.heartbeat_at = now
    assignment.expires_at = lease_end(assignment.task.project, now)
    assignment.save(update_fields=["heartbeat_at", "expires_at"])
    return assignment
