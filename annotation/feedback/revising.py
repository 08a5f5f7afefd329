"""Changing what was handed in: a new revision each time, while the project's window is open, or
after that where a reviewer has returned it. What a reviewer has decided is not changed any more.

A revision is a row of its own that replaces the one before. It keeps the standing that was frozen
with the first one, and what has been exported before names the rows of then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.checks import (
    JudgmentInput,
    aim_validate,
    annotations_validate,
    note_validate,
)
from annotation.feedback.demonstrations import demonstration_says
from annotation.feedback.disagreement import disagreement_meet
from annotation.feedback.eligibility import labeler_trains, versions_check
from annotation.feedback.kept import share_kept
from annotation.feedback.models import Demonstration, Feedback, Ranking, Reviewed
from annotation.feedback.rankings import (
    completions_judged,
    judgments_create,
    ranking_says,
)
from annotation.feedback.signals import feedback_announce, feedback_revising
from annotation.feedback.unasked import judgments_kept, strength_kept
from annotation.people.models import RankingAim, User
from annotation.queue.claims import labeler_memberships
from annotation.queue.leases import assignment_lock, changeable_until, changing_count
from annotation.queue.models import Assignment, Task
from annotation.texts import newlines_plain, text_validate

F = TypeVar("F", bound=Feedback)
# A dialogue has been answered turn by turn: what came after an answer hangs on it.
REVISABLE = (Task.Kind.DEMONSTRATION, Task.Kind.RANKING)
OVERTAKEN = gettext_lazy(
    "This has been changed in another tab since this page was opened. Your "
    "change was not saved; it is kept in this browser. Reload the page to see "
    "both."
)
CLOSED = gettext_lazy(
    "The time in which this could be changed is over: what you handed in stays as it is."
)


def revisable_until(assignment: Assignment) -> datetime | None:
    """When the window after the first submission ends; None where there is none at all."""
    task = assignment.task
    open_yet = task.kind in REVISABLE and task.decided_at is None
    return changeable_until(assignment) if open_yet else None


def revisable(assignment: Assignment) -> bool:
    """Whether what was handed in may be changed now: the window is open, or it was returned."""
    until = revisable_until(assignment)
    return (until is not None and timezone.now() < until) or returned(assignment)


def returned(assignment: Assignment) -> bool:
    """Whether a reviewer has returned what counts now, and its labeler has not answered."""
    waits = {"assignment": assignment, "is_current": True, "review": Reviewed.RETURNED}
    return any(model.objects.filter(**waits).exists() for model in (Ranking, Demonstration))


def demonstration_revise(
    *,
    labeler: User,
    assignment: Assignment,
    base: int,
    text: str,
    annotations: Sequence[str] = (),
    instructions_version: int | None = None,
    rubric_version: int | None = None,
    active_seconds: int = 0,
) -> Demonstration:
    """Change a demonstration that `labeler` handed in; `base` is the revision that was changed.

    What is the same as before makes no revision, though the time spent counts. What the text began
    from stays, and how much of it is kept is measured again. Returns the current one. Raises
    PermissionDenied for who may not, and ValidationError for what is refused: nothing is changed
    then.
    """
    text = newlines_plain(text_validate(text, what=_("The demonstration")))
    with transaction.atomic():
        fresh = revising_lock(labeler=labeler, assignment=assignment, kind=Task.Kind.DEMONSTRATION)
        current = Demonstration.objects.get(assignment=fresh, is_current=True)
        changing_count(fresh, active_seconds)
        if demonstration_says(current, text=text, annotations=annotations):
            return current
        revising_check(fresh, current, base=base)
        project = fresh.task.project
        versions_check(project, instructions=instructions_version, rubric=rubric_version)
        marked = annotations_validate(annotations, rubric=project.rubric)
        begun = current.suggestion
        revised = revision_create(
            fresh,
            current,
            text=text,
            annotations=marked,
            suggestion=begun,
            kept=share_kept(text, begun.completion.text) if begun else None,
        )
        feedback_announce(project_id=fresh.task.project_id, kind=fresh.task.kind)
    return revised


def ranking_revise(
    *,
    labeler: User,
    assignment: Assignment,
    base: int,
    judgments: Sequence[JudgmentInput],
    outcome: str = Ranking.Outcome.RANKED,
    strength: int | None = None,
    note: str = "",
    annotations: Sequence[str] = (),
    instructions_version: int | None = None,
    rubric_version: int | None = None,
    aim: str = RankingAim.BEST,
    active_seconds: int = 0,
) -> Ranking:
    """As demonstration_revise; `judgments` are in the order shown, as ranking_submit takes them.

    What the project does not ask for, and nothing is said of, stays as it was said (`unasked`).
    Where the change makes labelers disagree, one more is asked, as after a submission.
    """
    aim_validate(aim)
    note_validate(outcome=outcome, strength=strength, note=note)
    with transaction.atomic():
        fresh = revising_lock(labeler=labeler, assignment=assignment, kind=Task.Kind.RANKING)
        rankings = Ranking.objects.prefetch_related("judgments")
        current = rankings.get(assignment=fresh, is_current=True)
        changing_count(fresh, active_seconds)
        project = fresh.task.project
        said: dict[str, Any] = {
            "outcome": outcome,
            "strength": strength_kept(current, judgments, strength, project=project),
            "annotations": annotations,
        }
        whole = judgments_kept(current, judgments, project=project)
        if ranking_says(current, judgments=whole, note=note, **said):
            return current
        revising_check(fresh, current, base=base)
        versions_check(project, instructions=instructions_version, rubric=rubric_version)
        completion_ids = completions_judged(fresh, judgments, **said)
        marked = {"annotations": sorted(set(annotations)), "aim": aim}
        revised = revision_create(fresh, current, note=note, **{**said, **marked})
        judgments_create(revised, completion_ids, whole)
        if not fresh.extra:
            disagreement_meet(fresh.task)
        feedback_announce(project_id=fresh.task.project_id, kind=fresh.task.kind)
    return revised


def revising_lock(*, labeler: User, assignment: Assignment, kind: str) -> Assignment:
    """Lock what `labeler` has handed in. Raises PermissionDenied or ValidationError."""
    fresh = assignment_lock(assignment)
    if fresh.labeler_id != labeler.pk:
        raise PermissionDenied(_("Only who handed this in may change it."))
    active = labeler_memberships(labeler=labeler, project=fresh.task.project).exists()
    if not active and not labeler.is_superuser:
        raise PermissionDenied(_("Only active labelers change what they have handed in."))
    if fresh.state != Assignment.State.SUBMITTED:
        raise ValidationError(_("This task has not been handed in, so there is nothing to change."))
    if fresh.task.kind != kind:
        other = kind == Task.Kind.RANKING
        raise ValidationError(
            _("This task is no ranking.") if other else _("This task is no demonstration.")
        )
    return fresh


def revising_check(assignment: Assignment, current: Feedback, *, base: int) -> None:
    """Check that it may be changed, and that the change began from what stands now."""
    if not revisable(assignment):
        raise ValidationError(CLOSED)
    if base != current.revision:
        raise ValidationError(OVERTAKEN)


def revision_create(assignment: Assignment, current: F, **content: Any) -> F:
    """Write the row that replaces `current`, of a locked assignment, with the same standing.

    But what somebody says who has been held out since does not train.
    """
    project = assignment.task.project
    rows = type(current)._default_manager
    moved = rows.filter(pk=current.pk, is_current=True).update(is_current=False)
    assert moved == 1, "the assignment's row is locked"
    revised: F = rows.create(
        project_id=current.project_id,
        prompt_id=current.prompt_id,
        task_id=current.task_id,
        assignment_id=current.assignment_id,
        labeler_id=current.labeler_id,
        source=current.source,
        trains=current.trains and labeler_trains(project=project, labeler=assignment.labeler),
        revision=current.revision + 1,
        replaces=current,
        instructions_version=project.instructions_version,
        rubric_version=project.rubric_version,
        **content,
    )
    feedback_revising.send(sender=None, said=revised)
    return revised
