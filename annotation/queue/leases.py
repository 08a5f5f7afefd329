"""Leases: who works on what, from the claim (`claims`) to its end.

The rules, which no code outside this file and `claims` writes:

- Rows are locked in one order: the labeler's membership, then the task, then the assignment.
- A lease that was lost is taken again by its labeler's next sign of life, while there is room.
- Nobody's work is lost: a submit after the lease was given to others fills a free place, or is
  kept as an extra, which fills the next place that comes free.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, UUIDField
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.people.members import memberships_training
from annotation.people.models import Project, User
from annotation.prepared import Param, Prepared, PreparedSave
from annotation.queue.claims import (
    labeler_memberships,
    lease_grant,
    lease_renew,
    leases_held,
    room_left,
)
from annotation.queue.draft_revisions import DraftSeen, draft_left
from annotation.queue.models import Assignment, Task, TaskCompletion
from annotation.queue.signals import announce, assignment_skipped, assignment_skipping
from annotation.queue.tasks import extras_count
from annotation.texts import text_validate

State = Assignment.State
OWN = Prepared(
    lambda: Assignment.objects.filter(
        public_id=Param("public_id", UUIDField()),
        labeler_id=Param("labeler"),
        task__project_id=Param("project"),
    ).select_related("task__prompt", "task__route")
)
SLOTS = Prepared(
    lambda: TaskCompletion.objects.filter(task_id=Param("task")).select_related("completion")
)
TEXTS = Prepared(
    lambda: TaskCompletion.objects.filter(task_id=Param("task")).values_list(
        "slot", "completion__text"
    )
)
PLACES = Prepared(
    lambda: TaskCompletion.objects.filter(task_id=Param("task")).values_list(
        "slot", "completion_id"
    )
)
TASK_LOCKED = Prepared(
    lambda: (
        Task.objects.select_for_update(of=("self",))
        .select_related("project")
        .filter(pk=Param("pk"))
    )
)
# With whether what its labeler says may train, which every submission asks next.
LOCKED = Prepared(
    lambda: (
        Assignment.objects.select_for_update(of=("self",))
        .filter(pk=Param("pk"))
        .annotate(
            trains=Exists(memberships_training(labeler=Param("labeler"), project=Param("project")))
        )
    )
)
SUBMITTED = PreparedSave(
    Assignment, "extra", "active_seconds", "state", "ended_at", "heartbeat_at", "draft"
)
COUNTED = PreparedSave(Task, "leased_count", "submitted_count", "state")


def assignment_get(*, labeler: User, project: Project, public_id: UUID | str) -> Assignment:
    """The labeler's own assignment. Raises Http404 for anybody else's and for none."""
    assignment = OWN.first(public_id=public_id, labeler=labeler, project=project)
    if assignment is None:
        raise Http404(_("No such task of yours."))
    assignment.labeler, assignment.task.project = labeler, project
    return assignment


def shown_slots(assignment: Assignment) -> list[TaskCompletion]:
    """The task's completions in the order in which this labeler is shown them."""
    slots = {row.slot: row for row in SLOTS.all(task=assignment.task_id)}
    return [slots[slot] for slot in assignment.order]


def shown_texts(assignment: Assignment) -> list[str]:
    """As shown_slots, only the texts."""
    texts = dict(TEXTS.all(task=assignment.task_id))
    return [texts[slot] for slot in assignment.order]


def shown_completion_ids(assignment: Assignment) -> list[int]:
    """As shown_slots, without the texts."""
    completions = dict(PLACES.all(task=assignment.task_id))
    return [completions[slot] for slot in assignment.order]


def assignment_lock(assignment: Assignment) -> Assignment:
    """Lock the task's row, then the assignment's, and read both afresh, and the project with them.

    Inside a transaction. The labeler is who the caller knows; `eligible` says whether they have a
    membership under which what they say may train.
    """
    task = TASK_LOCKED.one(pk=assignment.task_id)
    fresh = LOCKED.one(pk=assignment.pk, labeler=assignment.labeler, project=task.project)
    fresh.task, fresh.labeler, fresh.eligible = task, assignment.labeler, fresh.trains
    return fresh


def assignment_heartbeat(*, assignment: Assignment, active_seconds: int = 0) -> Assignment:
    """Renew the lease; `active_seconds` is the time at work since the last report.

    A lease that had been given back is taken again while the task has a free place. What was
    submitted or skipped stays as it is; while it may be changed, the time at that is counted.
    Returns the assignment as it now stands.
    """
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        lease_keep(fresh, active_seconds=active_seconds)
    return fresh


def lease_keep(assignment: Assignment, *, active_seconds: int) -> None:
    """Renew a locked lease, or take it again where it was lost and the task has room.

    The time counts in either case. Who would not be given the task by a claim, or no further one,
    does not have it again. Their membership is read without its lock, which would come after the
    task's.
    """
    now = timezone.now()
    task, labeler = assignment.task, assignment.labeler
    if assignment.state in (State.LEASED, State.EXPIRED):
        active_count(assignment, active_seconds, now)
    if assignment.state == State.LEASED:
        lease_renew(assignment, now)
    elif assignment.state == State.SUBMITTED:
        changing_count(assignment, active_seconds)
    elif (
        assignment.state == State.EXPIRED
        and task.state == Task.State.OPEN
        and task.submitted_count + task.leased_count < task.overlap
        and grantable(task, labeler)
    ):
        regranted = lease_grant(task, labeler, now, again=True)
        assignment.refresh_from_db(fields=["state", "leased_at", "expires_at", "ended_at"])
        assignment.task = regranted.task


def grantable(task: Task, labeler: User) -> bool:
    """Whether the labeler may hold the task, and one more lease in its project."""
    project = task.project
    member = labeler_memberships(labeler=labeler, project=project).first()
    if member is None and not labeler.is_superuser:
        return False
    held = len(leases_held(labeler=labeler, project=project))
    return task.route.admits(member) and room_left(labeler=labeler, project=project, held=held)


def changeable_until(assignment: Assignment) -> datetime | None:
    """When the time ends in which what was handed in may be changed; None where there is none."""
    minutes = assignment.task.project.revise_minutes
    if assignment.state != State.SUBMITTED or assignment.ended_at is None or not minutes:
        return None
    return assignment.ended_at + timedelta(minutes=minutes)


def changing_count(assignment: Assignment, active_seconds: int) -> None:
    """Count time spent on what was handed in, of a locked assignment, while it may be changed."""
    now, until = timezone.now(), changeable_until(assignment)
    if until is None or now >= until:
        return
    active_count(assignment, active_seconds, now)


def active_count(assignment: Assignment, more: int, now: datetime) -> None:
    """Count time at work on a locked assignment; the next report's time begins now."""
    assignment.active_seconds = active_total(assignment, more, now)
    assignment.heartbeat_at = now
    assignment.save(update_fields=["active_seconds", "heartbeat_at"])


def active_total(assignment: Assignment, more: int, now: datetime) -> int:
    """Active seconds so far and `more`, of which no more counts than passed since the last report.

    So a report that is sent twice, or made up, cannot claim time that was not there.
    """
    if more < 0:
        raise ValidationError(_("Active seconds cannot be negative."))
    passed = int((now - assignment.heartbeat_at).total_seconds()) + 1
    return assignment.active_seconds + min(more, max(0, passed))


def assignment_skip(
    *, assignment: Assignment, reason: str, note: str = "", active_seconds: int = 0
) -> Assignment:
    """Pass the task on to others, for good, with the reason. Skipping twice is skipping once."""
    if reason not in Assignment.SkipReason.values:
        raise ValidationError({"reason": _("Choose a reason for skipping.")})
    text_validate(note, what=_("The note"), limit=2_000, blank=True)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state == State.SUBMITTED:
            raise ValidationError(_("This task has been submitted, so it cannot be skipped."))
        if fresh.state != State.SKIPPED:
            active_count(fresh, active_seconds, timezone.now())
            fresh.skip_reason, fresh.skip_note = reason, note
            lease_finish(fresh, State.SKIPPED)
            assignment_skipping.send(sender=None, assignment=fresh)
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
    """End a locked assignment without a submission; an extra one may take the place."""
    task = assignment.task
    held = assignment.state == State.LEASED
    assignment.state = state
    assignment.ended_at = timezone.now()
    assignment.save()
    if held:
        task.leased_count -= 1
        task.save(update_fields=["leased_count"])
        extras_count(task)


def assignment_submit(
    *, assignment: Assignment, active_seconds: int = 0, seen: DraftSeen | None = None
) -> None:
    """End a locked assignment with a submission; the caller writes the feedback it carries.

    A place is taken, or the submission is marked extra: when it came late and the place was
    given away, or when the overlap was lowered or the task closed meanwhile. A draft that another
    page saved after the one that this began from stays: it was not handed in.
    """
    now = timezone.now()
    task = assignment.task
    held = assignment.state == State.LEASED
    others = task.leased_count - held
    taken = task.submitted_count + (0 if held else others)
    assignment.extra = taken >= task.overlap or task.state == Task.State.CLOSED
    assignment.active_seconds = active_total(assignment, active_seconds, now)
    assignment.state = State.SUBMITTED
    assignment.ended_at = assignment.heartbeat_at = now
    assignment.draft = draft_left(assignment, seen)
    SUBMITTED.run(assignment)
    task.leased_count = others
    task.submitted_count += not assignment.extra
    if task.state == Task.State.OPEN and task.submitted_count >= task.overlap:
        task.state = Task.State.DONE
    COUNTED.run(task)
