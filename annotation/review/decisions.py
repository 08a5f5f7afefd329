"""Adjudication: a reviewer's own ranking or demonstration, which is the task's word from then on.

What labelers said stays as they said it, for agreement and their own pages, but trains no more
until the decision is undone. All of it happens under the task's lock, which every hand-in takes
too: one that comes later finds the task decided.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.feedback.checks import (
    JudgmentInput,
    aim_validate,
    annotations_validate,
    note_validate,
)
from annotation.feedback.eligibility import labeler_trains, versions_check
from annotation.feedback.models import Demonstration, Ranking, Reviewed, Source
from annotation.feedback.rankings import judgments_create, ranking_validate
from annotation.feedback.signals import feedback_announce
from annotation.people.models import RankingAim, User
from annotation.people.projects import audit
from annotation.queue.models import Assignment, Task, TaskCompletion
from annotation.queue.tasks import extras_count, task_close
from annotation.review.items import item_follow, reviewable, said_of
from annotation.review.models import Decision, Review
from annotation.texts import newlines_plain, text_validate


def ranking_decide(
    *,
    reviewer: User,
    task: Task,
    judgments: Sequence[JudgmentInput],
    outcome: str = Ranking.Outcome.RANKED,
    strength: int | None = None,
    note: str = "",
    annotations: Sequence[str] = (),
    aim: str = RankingAim.BEST,
    instructions_version: int | None = None,
    rubric_version: int | None = None,
) -> Decision:
    """Decide a ranking task; `judgments[i]` is about the task's slot i, otherwise as in
    ranking_submit. Raises ValidationError for whom and what it cannot come from.
    """
    aim_validate(aim)
    note_validate(outcome=outcome, strength=strength, note=note)
    with transaction.atomic():
        fresh = deciding_lock(reviewer=reviewer, task=task, kind=Task.Kind.RANKING)
        versions_check(fresh.project, instructions=instructions_version, rubric=rubric_version)
        slots = TaskCompletion.objects.filter(task=fresh).order_by("slot")
        completion_ids = list(slots.values_list("completion_id", flat=True))
        said: dict[str, Any] = {"outcome": outcome, "strength": strength}
        ranking_validate(
            judgments,
            answers=len(completion_ids),
            project=fresh.project,
            annotations=annotations,
            **said,
        )
        ranking = Ranking.objects.create(
            **decision_standing(reviewer, fresh),
            **said,
            note=note,
            annotations=sorted(set(annotations)),
            aim=aim,
        )
        judgments_create(ranking, completion_ids, judgments)
        return decision_create(reviewer, fresh, ranking=ranking)


def demonstration_decide(
    *,
    reviewer: User,
    task: Task,
    text: str,
    annotations: Sequence[str] = (),
    instructions_version: int | None = None,
    rubric_version: int | None = None,
) -> Decision:
    """As ranking_decide. The text may be a labeler's, but for one whose words never train."""
    text = newlines_plain(text_validate(text, what=_("The demonstration")))
    with transaction.atomic():
        fresh = deciding_lock(reviewer=reviewer, task=task, kind=Task.Kind.DEMONSTRATION)
        versions_check(fresh.project, instructions=instructions_version, rubric=rubric_version)
        marked = annotations_validate(annotations, rubric=fresh.project.rubric)
        standing = decision_standing(reviewer, fresh)
        heldout = Demonstration.objects.filter(task=fresh, text=text, trains=False)
        if standing["trains"] and heldout.exists():
            raise ValidationError(
                _("Its labeler is held out: what they wrote never trains, under no name.")
            )
        demonstration = Demonstration.objects.create(**standing, text=text, annotations=marked)
        return decision_create(reviewer, fresh, demonstration=demonstration)


def deciding_lock(*, reviewer: User, task: Task, kind: str) -> Task:
    """The task with its row locked, if this reviewer may decide it now."""
    fresh = task_lock(task)
    if not reviewable(fresh) or fresh.kind != kind:
        raise ValidationError(_("This task is not decided so."))
    deciding_check(reviewer, fresh)
    if not said_of(fresh).exists():
        raise ValidationError(_("Nobody has handed in anything yet: there is nothing to decide."))
    return fresh


def deciding_check(reviewer: User, task: Task) -> None:
    """Raises ValidationError where this reviewer's word cannot decide the task."""
    if task.decided_at is not None:
        raise ValidationError(
            _("A reviewer has decided this task already. Undo that to decide it anew.")
        )
    if Assignment.objects.filter(task=task, labeler=reviewer).exists():
        raise ValidationError(
            _("You have worked on this task yourself: another reviewer decides it.")
        )
    trained = task.purpose == Task.Purpose.TRAIN
    if trained and not labeler_trains(project=task.project, labeler=reviewer):
        raise ValidationError(
            _(
                "What you say does not train here, as you are held out or paused: another reviewer "
                "decides this task."
            )
        )


def task_lock(task: Task) -> Task:
    rows = Task.objects.select_for_update(of=("self",)).select_related("project")
    return rows.get(pk=task.pk)


def decision_standing(reviewer: User, task: Task) -> dict[str, Any]:
    return {
        "project": task.project,
        "prompt_id": task.prompt_id,
        "task": task,
        "labeler": reviewer,
        "source": Source.REVIEW,
        "review": Reviewed.DECIDED,
        "trains": task.purpose == Task.Purpose.TRAIN,
        "instructions_version": task.project.instructions_version,
        "rubric_version": task.project.rubric_version,
    }


def decision_create(
    reviewer: User,
    task: Task,
    *,
    ranking: Ranking | None = None,
    demonstration: Demonstration | None = None,
) -> Decision:
    """Let this word count in the place of all others, of a locked task that asks nobody more."""
    said_of(task).update(review=Reviewed.OVERRULED)
    ends = task.state == Task.State.OPEN
    decision = Decision.objects.create(
        project=task.project,
        task=task,
        reviewer=reviewer,
        ranking=ranking,
        demonstration=demonstration,
        closed=ends,
    )
    task.decided_at = decision.created_at
    task.save(update_fields=["decided_at"])
    if ends:
        task_close(task=task)
    item_follow(task)
    audit(project=task.project, actor=reviewer, verb="review_decide", target=f"task {task.pk}")
    feedback_announce(project_id=task.project_id, kind=task.kind)
    return decision


def decision_undo(*, actor: User, task: Task) -> Decision:
    """Let what labelers said count again, each as it was reviewed. The word itself stays stored.

    Raises ValidationError where there is no decision.
    """
    with transaction.atomic():
        fresh = task_lock(task)
        decision = Decision.objects.filter(task=fresh, undone_at=None).first()
        if decision is None:
            raise ValidationError(_("This task is not decided."))
        decision.undone_at, decision.undone_by = timezone.now(), actor
        decision.save(update_fields=["undone_at", "undone_by"])
        for model, pk in (
            (Ranking, decision.ranking_id),
            (Demonstration, decision.demonstration_id),
        ):
            model._default_manager.filter(pk=pk).update(is_current=False)
        verdicts_restore(fresh)
        fresh.decided_at = None
        if decision.closed:
            full = fresh.submitted_count >= fresh.overlap
            fresh.state = Task.State.DONE if full else Task.State.OPEN
        fresh.save(update_fields=["decided_at", "state"])
        extras_count(fresh)
        item_follow(fresh)
        audit(project=fresh.project, actor=actor, verb="review_undo", target=f"task {fresh.pk}")
    return decision


def verdicts_restore(task: Task) -> None:
    """Each submission of a locked task as its last verdict has it, if there is one."""
    for said in said_of(task):
        standing = Review.objects.filter(
            assignment=said.assignment_id,
            revision=said.revision,
            withdrawn_at=None,
            answered_at=None,
        ).first()
        said.review = standing.verdict if standing else Reviewed.NOT
        said.save(update_fields=["review"])
