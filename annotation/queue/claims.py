"""Claims: how a task is given out.

- A task is given out while `submitted_count + leased_count < overlap`, and each grant adds to
  `leased_count` in the transaction that writes the lease. Rows are locked in one order: the
  labeler's membership, then the task, then the assignment.
- Expiry is judged when somebody claims, so no timer has to run. Until then a lease that has run
  out is still its labeler's, who may go on with it.
- Whom a task may go to, and which comes first, its route says (`routes`).
- A labeler meets a task once: what they skipped or submitted never comes back, what they let go
  may, with the draft and the order it was shown in.
"""

import random
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.queue.models import Assignment, Task
from annotation.queue.routes import routes_in_turn, tasks_claimable, turns
from annotation.queue.standing import done_today
from annotation.queue.tasks import extras_count, tasks_extras_fit

State = Assignment.State
# Stale leases given back by one claim; the next claim goes on with the rest.
EXPIRE_AT_ONCE = 100


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
        member = labeler_lock(labeler=labeler, project=project)
        now = timezone.now()
        held = leases_held(labeler=labeler, project=project)
        for lease in held:
            if lease != besides and kind in (None, lease.task.kind):
                return lease_renew(lease, now)
        if len(held) >= project.max_open_leases:
            return None
        if project.daily_cap:
            done = done_today(labeler=labeler, project=project)
            if done + len(held) >= project.daily_cap:
                return None
        leases_expire(now=now)
        task = task_next(labeler=labeler, project=project, member=member, kind=kind)
        return lease_grant(task, labeler, now) if task else None


def labeler_memberships(*, labeler: User, project: Project) -> QuerySet[Membership]:
    """The membership under which `labeler` may be given tasks; empty when there is none."""
    return Membership.objects.filter(
        project=project,
        user=labeler,
        state=Membership.State.ACTIVE,
        roles__role=MembershipRole.Role.LABELER,
    )


def labeler_lock(*, labeler: User, project: Project) -> Membership | None:
    """Let one labeler's claims in a project queue behind each other, and check that they may.

    Returns the membership; None for a site admin who has none.
    """
    memberships = labeler_memberships(labeler=labeler, project=project)
    membership = memberships.select_for_update(of=("self",), no_key=True).first()
    if membership is None and not labeler.is_superuser:
        raise PermissionDenied("Only active labelers of this project are given tasks.")
    return membership


def leases_held(*, labeler: User, project: Project) -> list[Assignment]:
    """The labeler's leases in the project, the oldest first.

    The project is compared here: asked to join, SQLite walks all tasks of the project instead of
    the labeler's few leases. There are none in nearly every claim, so their rows are read after.
    """
    leases = Assignment.objects.filter(labeler=labeler, state=State.LEASED)
    places = leases.values_list("pk", "task__project_id")
    held = [pk for pk, project_id in places if project_id == project.pk]
    if not held:
        return []
    rows = Assignment.objects.filter(pk__in=held).select_related(
        "task__prompt", "task__project", "task__route"
    )
    return list(rows.order_by("leased_at", "id"))


def task_next(
    *, labeler: User, project: Project, member: Membership | None, kind: str | None
) -> Task | None:
    """The claim: one query along a partial index of the route whose turn it is, its row locked.

    PostgreSQL skips rows that another claim holds, and the next route is asked where it held all
    that were left; on SQLite the transaction, which is IMMEDIATE, holds the only write lock.
    """
    routes = routes_in_turn(labeler=labeler, project=project, member=member, kind=kind)
    for route in routes:
        task = (
            tasks_claimable(labeler=labeler)
            .filter(route=route)
            .order_by(*turns(project))
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        if task:
            task.project = project
            return task
    return None


def leases_expire(*, now: datetime) -> int:
    """Give back leases that ran out, on tasks that nobody else has locked.

    Those of all projects: the partial index assignment_live_expiry finds them at once, a join to
    one project's tasks would not.
    """
    stale = Assignment.objects.filter(state=State.LEASED, expires_at__lt=now).order_by("expires_at")
    task_ids = set(stale.values_list("task_id", flat=True)[:EXPIRE_AT_ONCE])
    if not task_ids:
        return 0
    with transaction.atomic():
        locked = list(
            Task.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=task_ids)
            .order_by("id")
            .values_list("pk", flat=True)
        )
        # Read again under the lock: a heartbeat or a submit may have come first.
        ended = stale.filter(task_id__in=locked).select_for_update(of=("self",))
        ids = list(ended.values_list("pk", flat=True))
        Assignment.objects.filter(pk__in=ids).update(state=State.EXPIRED, ended_at=now)
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


def lease_grant(task: Task, labeler: User, now: datetime) -> Assignment:
    """Write the lease of a task whose row is locked and has a free place.

    Who let the task go before gets the same assignment again, with its draft and its order.
    """
    times = {"leased_at": now, "heartbeat_at": now, "expires_at": lease_end(task.project, now)}
    seed = secrets.randbits(62)
    # Under the task's lock nobody else writes it meanwhile.
    earlier = Assignment.objects.filter(task=task, labeler=labeler)
    if earlier.exists():
        earlier.update(**times, state=State.LEASED, ended_at=None)
        assignment = earlier.get()
    else:
        order = order_draw(task.k, seed)
        assignment = Assignment.objects.create(
            task=task, labeler=labeler, **times, order=order, order_seed=seed
        )
    Task.objects.filter(pk=task.pk).update(leased_count=F("leased_count") + 1)
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
