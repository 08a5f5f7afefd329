"""What a labeler began and did not hand in: the lease is over, and the draft is still there.

Others may have done such a task since, so no claim leads back to it: it is listed, to be gone on
with (what is handed in then fills a free place or is an extra) or to be discarded.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from annotation.people.members import memberships_labeling
from annotation.people.models import User
from annotation.queue.draft_revisions import draft_revision, draft_says
from annotation.queue.leases import assignment_lock
from annotation.queue.models import Assignment, Task

State = Assignment.State
OVER = (State.EXPIRED, State.RELEASED)
MOST_LISTED = 50
MOST_READ = 1_000


def unfinished_of(*, labeler: User, project_ids: Collection[int]) -> list[Assignment]:
    """The labeler's in these projects, the latest first: MOST_LISTED at most.

    What was given back is there once its task is given out no more: until then it comes again.
    """
    begun = Assignment.objects.filter(labeler=labeler, state__in=OVER).exclude(draft={})
    # Compared here: asked to join, SQLite walks a project's tasks instead of a labeler's few rows.
    places = begun.order_by("-ended_at", "-pk").values_list("pk", "task__project_id")[:MOST_READ]
    ids = [pk for pk, project_id in places if project_id in project_ids]
    if not ids:
        return []
    full = Q(task__overlap__lte=F("task__submitted_count") + F("task__leased_count"))
    gone = full | ~Q(task__state=Task.State.OPEN)
    rows = (
        Assignment.objects.filter(Q(state=State.EXPIRED) | gone, pk__in=ids, state__in=OVER)
        .select_related("task__prompt", "task__route", "task__project")
        .order_by("-ended_at", "-pk")[:MOST_LISTED]
    )
    return [row for row in rows if draft_says(row.draft)]


def assignments_named(*, labeler: User, public_ids: Iterable[UUID]) -> list[Assignment]:
    """Those of these tasks that are the labeler's, in projects in which they are an active one."""
    own = Assignment.objects.filter(public_id__in=list(public_ids), labeler=labeler)
    if not labeler.is_superuser:
        own = own.filter(task__project__in=memberships_labeling(labeler).values("project"))
    return list(own.select_related("task__prompt", "task__route", "task__project").order_by("pk"))


def draft_discard(*, assignment: Assignment) -> Assignment:
    """Put away the draft of a task that was let go, or what was left of it as it was handed in: it
    is shown no more. Until something else is begun there, draft_recover brings it back.

    Raises ValidationError for a task that is the labeler's still.
    """
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state == State.LEASED:
            raise ValidationError(_("Only what you began and let go can be discarded."))
        if draft_says(fresh.draft):
            draft_put(fresh, {"discarded": fresh.draft})
    return fresh


def draft_recover(*, assignment: Assignment) -> Assignment:
    """Bring back what was discarded last, unless something else was begun since."""
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        discarded = fresh.draft.get("discarded")
        if isinstance(discarded, dict):
            draft_put(fresh, {key: discarded[key] for key in discarded if key != "writer"})
    return fresh


def draft_put(assignment: Assignment, draft: dict[str, Any]) -> None:
    """Write a locked assignment's draft as a revision of no page's: those open are overtaken."""
    assignment.draft = {**draft, "revision": draft_revision(assignment) + 1}
    assignment.save(update_fields=["draft"])
