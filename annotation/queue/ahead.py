"""The next task, fetched while one is at hand, so that it is there when that one is handed in.

It is a lease like any other, and counts as one. Until its labeler comes to it nothing is known of
it but that it was granted: `heartbeat_at` still says when that was, as a second claim, a beat and a
draft all move it. Such a lease is let go when its labeler leaves; the tab that closed may have been
one of several, and what another one has come to is kept.
"""

from django.db import transaction
from django.db.models import F, QuerySet

from annotation.people.models import User
from annotation.queue.claims import task_claim
from annotation.queue.leases import assignment_lock, lease_finish
from annotation.queue.models import Assignment

State = Assignment.State


def ahead_claim(*, assignment: Assignment) -> Assignment | None:
    """Lease the task that follows `assignment`, which is at hand; the same one when asked twice.

    None where there is none, where a cap forbids another lease, and where the labeler has worked on
    the next one already: it has to be opened as it stands then.
    Raises PermissionDenied for who is no active labeler.
    """
    following = task_claim(
        labeler=assignment.labeler, project=assignment.task.project, besides=assignment
    )
    return following if following and blank(following) else None


def blank(assignment: Assignment) -> bool:
    """Whether a lease holds nothing yet: its page is the same whenever it is made."""
    return (
        assignment.state == State.LEASED and not assignment.draft and not assignment.active_seconds
    )


def leases_untouched(labeler: User) -> QuerySet[Assignment]:
    """Those of all projects that the labeler has not come to since they were granted."""
    return Assignment.objects.filter(
        labeler=labeler, state=State.LEASED, heartbeat_at=F("leased_at"), draft_saved_at=None
    )


def ahead_release(*, assignment: Assignment) -> bool:
    """Give back a lease that its labeler has not come to. Returns whether it was given back."""
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        untouched = leases_untouched(fresh.labeler).filter(pk=fresh.pk).exists()
        if untouched:
            lease_finish(fresh, State.RELEASED)
    return untouched


def aheads_release(*, labeler: User) -> int:
    """Give back all that `labeler` has not come to. Returns how many."""
    return sum(ahead_release(assignment=each) for each in leases_untouched(labeler))
