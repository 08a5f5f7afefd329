"""What a labeler has handed in, as they see it again: in the order in which they were shown it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from annotation.feedback.aims import ranks_best_first
from annotation.feedback.demonstrations import demonstration_says
from annotation.feedback.drafts import demonstration_draft_saved, ranking_draft_saved
from annotation.feedback.history import (
    AnswerSaid,
    demonstration_changes,
    labelled,
    ranking_changes,
)
from annotation.feedback.letters import LETTERS
from annotation.feedback.models import Demonstration, Ranking, Reviewed
from annotation.feedback.rankings import ranking_says
from annotation.people.models import Project, User
from annotation.queue.draft_revisions import draft_holds
from annotation.queue.leases import shown_slots
from annotation.queue.models import Assignment, Task, TaskCompletion


@dataclass(frozen=True)
class Revision:
    """What was said at one time; `changes` tell in words what differs from the time before."""

    number: int
    at: datetime
    changes: list[str]
    said: Demonstration | Ranking
    annotations: list[str]
    answers: list[AnswerSaid]


def submissions_of(
    *, labeler: User, project: Project, kind: str | None = None, returned: bool = False
) -> QuerySet[Assignment]:
    """The labeler's own submissions, the latest first, each with the `revision` that counts and the
    `review` of it; `returned`: only those that a reviewer has returned."""
    own = Assignment.objects.filter(
        labeler=labeler, task__project=project, state=Assignment.State.SUBMITTED
    )
    rows = own.filter(task__kind=kind) if kind else own
    if returned:
        rows = rows.filter(pk__in=assignments_returned(labeler=labeler, project=project))
    return (
        rows.select_related("task__prompt", "task__project", "task__route")
        .annotate(
            revision=Coalesce(*(current(model, "revision") for model in (Ranking, Demonstration))),
            review=Coalesce(
                *(current(model, "review") for model in (Ranking, Demonstration)), Value("")
            ),
        )
        .order_by("-ended_at", "-id")
    )


def current(model: type[Ranking] | type[Demonstration], name: str) -> Subquery:
    """A field of what an assignment says now."""
    rows = model.objects.filter(assignment=OuterRef("pk"), is_current=True)
    return Subquery(rows.order_by("-revision").values(name)[:1])


def assignments_returned(*, labeler: User, project: Project) -> list[int]:
    """Ids of the labeler's assignments that a reviewer has returned: they wait for an answer."""
    waits = {"project": project, "labeler": labeler, "review": Reviewed.RETURNED}
    return [
        pk
        for model in (Ranking, Demonstration)
        for pk in model.objects.filter(**waits, is_current=True, assignment__isnull=False)
        .order_by("pk")
        .values_list("assignment", flat=True)
        if pk is not None
    ]


def revisions_of(assignment: Assignment) -> list[Revision]:
    """All that was handed in for a demonstration or a ranking, the first one first."""
    if assignment.task.kind == Task.Kind.DEMONSTRATION:
        return demonstration_revisions(assignment)
    return ranking_revisions(assignment)


def demonstration_revisions(assignment: Assignment) -> list[Revision]:
    rows = Demonstration.objects.filter(assignment=assignment).order_by("revision")
    asked = labels_of(assignment, "annotations")
    revisions: list[Revision] = []
    before: Demonstration | None = None
    for row in rows:
        changes = demonstration_changes(before, row, annotations=asked) if before else []
        (marked,) = labelled(asked, row.annotations)
        revisions.append(Revision(row.revision, row.created_at, changes, row, marked, []))
        before = row
    return revisions


def ranking_revisions(assignment: Assignment) -> list[Revision]:
    rows = Ranking.objects.filter(assignment=assignment).order_by("revision")
    slots = shown_slots(assignment)
    flags, asked = labels_of(assignment, "flags"), labels_of(assignment, "annotations")
    revisions: list[Revision] = []
    before: Ranking | None = None
    for row in rows.prefetch_related("judgments"):
        row.assignment = assignment
        answers = answers_said(row, slots, flags)
        changes = (
            ranking_changes(before, row, revisions[-1].answers, answers, annotations=asked)
            if before
            else []
        )
        (marked,) = labelled(asked, row.annotations)
        revisions.append(Revision(row.revision, row.created_at, changes, row, marked, answers))
        before = row
    return revisions


def draft_beside(assignment: Assignment, revisions: Sequence[Revision]) -> dict[str, Any]:
    """The draft that stayed as the work was handed in, unless a revision says the same by now."""
    draft: dict[str, Any] = assignment.draft
    k = len(assignment.order)
    if not draft_holds(draft) or any(draft_same(draft, each.said, k) for each in revisions):
        return {}
    return draft


def draft_same(draft: dict[str, Any], said: Demonstration | Ranking, k: int) -> bool:
    if isinstance(said, Ranking):
        return ranking_says(said, **ranking_draft_saved(draft, k).said())
    written = demonstration_draft_saved(draft)
    return demonstration_says(said, text=written.text, annotations=written.annotations)


def said_as_draft(assignment: Assignment) -> dict[str, Any]:
    """What counts of a demonstration, as its page would keep it; {} of anything else."""
    if assignment.state != Assignment.State.SUBMITTED:
        return {}
    said = Demonstration.objects.filter(assignment=assignment, is_current=True).first()
    if said is None or assignment.task.kind != Task.Kind.DEMONSTRATION:
        return {}
    return {"text": said.text, "annotations": said.annotations}


def labels_of(assignment: Assignment, part: str) -> dict[str, str]:
    """What the rubric asks in this part, by key."""
    asked = assignment.task.project.rubric.get(part, [])
    return {each["key"]: each["label"] for each in asked}


def answers_said(
    ranking: Ranking, slots: Sequence[TaskCompletion], labels: dict[str, str]
) -> list[AnswerSaid]:
    """In the order of `slots`, ranked from the end from which the page counted."""
    held = {each.completion_id: each for each in ranking.judgments.all()}
    said = [held[slot.completion_id] for slot in slots]
    ranks = ranks_best_first([each.rank for each in said], ranking.aim)
    return [
        AnswerSaid(
            letter,
            slot.completion.text,
            rank,
            each.likert,
            each.severity,
            labelled(labels, each.flags)[0],
        )
        for letter, slot, rank, each in zip(LETTERS, slots, ranks, said, strict=False)
    ]


def first_line(assignment: Assignment) -> str:
    """How a list names what was asked; "" for a dialogue that began from nothing."""
    return first_text(assignment.task)


def first_text(task: Task) -> str:
    """The first line of the last message."""
    messages = task.messages
    text = messages[-1]["content"].strip() if messages else ""
    return text.split("\n", 1)[0][:200]
