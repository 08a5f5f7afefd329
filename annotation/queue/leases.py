"""Leases: who works on what, from the claim to its end.

The rules, which no code outside this file writes:

- A task is given out while `submitted_count + leased_count < overlap`, and each grant adds to
  `leased_count` in the transaction that writes the lease. Rows are locked in one order: the
  labeler's membership, then the task, then the assignment.
- Expiry is judged when somebody claims, so no timer has to run. Until then a lease that has run
  out is still its labeler's, who may go on with it.
- Nobody's work is lost: a submit after the lease was given to others fills a free place, or is
  kept as an extra that does not count towards the overlap.
- A labeler meets a task once: what they skipped or submitted never comes back, what they let go
  may, with the draft and the order it was shown in.
"""

import random
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.queue.models import Assignment, Task, TaskCompletion
from annotation.queue.signals import announce, assignment_skipped
from annotation.texts import json_validate, text_validate

State = Assignment.State
# Gold, screening and practice tasks are given out by the onboarding, not by the queue.
CLAIMABLE = (Task.Purpose.TRAIN, Task.Purpose.EVALUATION)
# Stale leases given back by one claim; the next claim goes on with the rest.
EXPIRE_AT_ONCE = 100
MAX_DRAFT = 1_000_000


def task_claim(
    *, labeler: User, project: Project, kind: str | None = None, besides: Assignment | None = None
) -> Assignment | None:
    """Lease the next task, or return the lease that `labeler` holds already.

    `besides` is the assignment at hand when the next one is fetched ahead of its submission.
    None means that there is no work, or that `labeler` holds max_open_leases already.
    Raises PermissionDenied for who is not an active labeler of the project.
    """
    with transaction.atomic():
        labeler_lock(labeler=labeler, project=project)
        now = timezone.now()
        held = leases_held(labeler=labeler, project=project)
        for lease in held:
            if lease != besides and kind in (None, lease.task.kind):
                return lease_renew(lease, now)
        if len(held) >= project.max_open_leases:
            return None
        leases_expire(now=now)
        task = task_next(labeler=labeler, project=project, kind=kind)
        return lease_grant(task, labeler, now) if task else None


def labeler_memberships(*, labeler: User, project: Project) -> QuerySet[Membership]:
    """The membership under which `labeler` may be given tasks; empty when there is none."""
    return Membership.objects.filter(
        project=project,
        user=labeler,
        state=Membership.State.ACTIVE,
        roles__role=MembershipRole.Role.LABELER,
    )


def labeler_lock(*, labeler: User, project: Project) -> None:
    """Let one labeler's claims in a project queue behind each other, and check that they may."""
    memberships = labeler_memberships(labeler=labeler, project=project)
    membership = memberships.select_for_update(of=("self",), no_key=True).first()
    if membership is None and not labeler.is_superuser:
        raise PermissionDenied("Only active labelers of this project are given tasks.")


def leases_held(*, labeler: User, project: Project) -> list[Assignment]:
    """The labeler's leases in the project, the oldest first.

    The project is compared here: asked to join, SQLite walks all tasks of the project instead of
    the labeler's few leases.
    """
    leases = (
        Assignment.objects.filter(labeler=labeler, state=State.LEASED)
        .select_related("task__prompt", "task__project")
        .order_by("leased_at", "id")
    )
    return [lease for lease in leases if lease.task.project_id == project.pk]


def task_next(*, labeler: User, project: Project, kind: str | None) -> Task | None:
    """The claim: one query along the partial index task_claim_order, its row locked.

    PostgreSQL skips rows that another claim holds; on SQLite the transaction, which is IMMEDIATE,
    holds the only write lock.
    """
    return (
        tasks_claimable(labeler=labeler, project=project, kind=kind)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("prompt", "project")
        .first()
    )


def tasks_claimable(*, labeler: User, project: Project, kind: str | None) -> QuerySet[Task]:
    """What `labeler` may be given, the next one first."""
    met = Assignment.objects.filter(
        task=OuterRef("pk"),
        labeler=labeler,
        state__in=(State.LEASED, State.SUBMITTED, State.SKIPPED),
    )
    tasks = Task.objects.filter(
        ~Exists(met),
        project=project,
        state=Task.State.OPEN,
        purpose__in=CLAIMABLE,
        overlap__gt=F("submitted_count") + F("leased_count"),
    ).order_by("-priority", "id")
    return tasks.filter(kind=kind) if kind else tasks


def lease_grant(task: Task, labeler: User, now: datetime) -> Assignment:
    """Write the lease of a task whose row is locked and has a free place.

    Who let the task go before gets the same assignment again, with its draft and its order.
    """
    times = {"leased_at": now, "heartbeat_at": now, "expires_at": lease_end(task.project, now)}
    seed = secrets.randbits(62)
    assignment, created = Assignment.objects.get_or_create(
        task=task,
        labeler=labeler,
        defaults={**times, "order": order_draw(task.k, seed), "order_seed": seed},
    )
    if not created:
        for name, value in {**times, "state": State.LEASED, "ended_at": None}.items():
            setattr(assignment, name, value)
        assignment.save(update_fields=[*times, "state", "ended_at"])
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
    return len(ids)


def assignment_get(*, labeler: User, project: Project, public_id: UUID | str) -> Assignment:
    """The labeler's own assignment. Raises Http404 for anybody else's and for none."""
    assignment = (
        Assignment.objects.filter(public_id=public_id, labeler=labeler, task__project=project)
        .select_related("task__prompt", "task__project")
        .first()
    )
    if assignment is None:
        raise Http404("No such task of yours.")
    return assignment


def shown_slots(assignment: Assignment) -> list[TaskCompletion]:
    """The task's completions in the order in which this labeler is shown them."""
    slots = {
        row.slot: row
        for row in TaskCompletion.objects.filter(task_id=assignment.task_id).select_related(
            "completion"
        )
    }
    return [slots[slot] for slot in assignment.order]


def assignment_lock(assignment: Assignment) -> Assignment:
    """Lock the task's row, then the assignment's, and read both afresh. Inside a transaction."""
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("project", "prompt")
        .get(pk=assignment.task_id)
    )
    fresh = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("labeler")
        .get(pk=assignment.pk)
    )
    fresh.task = task
    return fresh


def assignment_heartbeat(*, assignment: Assignment, active_seconds: int = 0) -> Assignment:
    """Renew the lease; `active_seconds` is the time at work since the last report.

    A lease that had been given back is taken again while the task has a free place. What was
    submitted or skipped stays as it is. Returns the assignment as it now stands.
    """
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        lease_keep(fresh, active_seconds=active_seconds)
    return fresh


def draft_save(
    *, assignment: Assignment, draft: dict[str, Any], active_seconds: int = 0
) -> Assignment:
    """Keep what the labeler has so far, and renew the lease.

    Raises ValidationError when the draft cannot be stored or the work has been handed in.
    """
    if not isinstance(draft, dict):
        raise ValidationError("A draft is a JSON object.")
    json_validate(draft, what="The draft", limit=MAX_DRAFT)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state in (State.SUBMITTED, State.SKIPPED):
            raise ValidationError("This task has been handed in: the draft was not kept.")
        fresh.draft = draft
        fresh.draft_saved_at = timezone.now()
        fresh.save(update_fields=["draft", "draft_saved_at"])
        lease_keep(fresh, active_seconds=active_seconds)
    return fresh


def lease_keep(assignment: Assignment, *, active_seconds: int) -> None:
    """Renew a locked lease, or take it again where it was lost and the task has room.

    Only active labelers are given it again. Their membership is read without its lock, which would
    come after the task's.
    """
    now = timezone.now()
    task, labeler = assignment.task, assignment.labeler
    if assignment.state == State.LEASED:
        assignment.active_seconds = active_total(assignment, active_seconds, now)
        assignment.save(update_fields=["active_seconds"])
        lease_renew(assignment, now)
    elif (
        assignment.state == State.EXPIRED
        and task.state == Task.State.OPEN
        and task.submitted_count + task.leased_count < task.overlap
        and (
            labeler.is_superuser
            or labeler_memberships(labeler=labeler, project=task.project).exists()
        )
    ):
        regranted = lease_grant(task, labeler, now)
        assignment.refresh_from_db(fields=["state", "leased_at", "expires_at", "ended_at"])
        assignment.task = regranted.task


def active_total(assignment: Assignment, more: int, now: datetime) -> int:
    """Active seconds so far and `more`, of which no more counts than passed since the last report.

    So a report that is sent twice, or made up, cannot claim time that was not there.
    """
    if more < 0:
        raise ValidationError("Active seconds cannot be negative.")
    passed = int((now - assignment.heartbeat_at).total_seconds()) + 1
    return assignment.active_seconds + min(more, max(0, passed))


def assignment_skip(*, assignment: Assignment, reason: str, note: str = "") -> Assignment:
    """Pass the task on to others, for good, with the reason. Skipping twice is skipping once."""
    if reason not in Assignment.SkipReason.values:
        raise ValidationError({"reason": "Choose a reason for skipping."})
    text_validate(note, what="The note", limit=2_000, blank=True)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state == State.SUBMITTED:
            raise ValidationError("This task has been submitted, so it cannot be skipped.")
        if fresh.state != State.SKIPPED:
            fresh.skip_reason, fresh.skip_note = reason, note
            lease_finish(fresh, State.SKIPPED)
            task = fresh.task
            announce(assignment_skipped, project_id=task.project_id, kind=task.kind)
    return fresh


def assignment_release(*, assignment: Assignment) -> Assignment:
    """Give a lease back, to anybody; the draft stays for when it comes back."""
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state == State.LEASED:
            lease_finish(fresh, State.RELEASED)
    return fresh


def lease_finish(assignment: Assignment, state: str) -> None:
    """End a locked assignment without a submission."""
    if assignment.state == State.LEASED:
        Task.objects.filter(pk=assignment.task_id).update(leased_count=F("leased_count") - 1)
    assignment.state = state
    assignment.ended_at = timezone.now()
    assignment.save()


def assignment_submit(*, assignment: Assignment, active_seconds: int = 0) -> None:
    """End a locked assignment with a submission; the caller writes the feedback it carries.

    A place is taken, or the submission is marked extra: when it came late and the place was
    given away, or when the overlap was lowered or the task closed meanwhile.
    """
    now = timezone.now()
    task = assignment.task
    held = assignment.state == State.LEASED
    others = task.leased_count - held
    taken = task.submitted_count + (0 if held else others)
    assignment.extra = taken >= task.overlap or task.state == Task.State.CLOSED
    assignment.active_seconds = active_total(assignment, active_seconds, now)
    assignment.state = State.SUBMITTED
    assignment.ended_at = now
    assignment.draft = {}
    assignment.save()
    task.leased_count = others
    task.submitted_count += not assignment.extra
    if task.state == Task.State.OPEN and task.submitted_count >= task.overlap:
        task.state = Task.State.DONE
    task.save(update_fields=["leased_count", "submitted_count", "state"])
