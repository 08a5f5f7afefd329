"""What the pages and the API tell reviewers: which tasks come first, and what was said in one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.agreement import agreement
from annotation.feedback.aims import ranks_best_first
from annotation.feedback.history import AnswerSaid, labelled
from annotation.feedback.letters import LETTERS
from annotation.feedback.models import Demonstration, Judgment, Ranking
from annotation.people.models import Project, User
from annotation.queue.models import Assignment, Task, TaskCompletion
from annotation.review.items import WEIGHTS, said_of
from annotation.review.models import Decision, Review, ReviewItem

WHY = {
    "answered": gettext_lazy("Answered by its labeler"),
    "disagree": gettext_lazy("Labelers disagree"),
    "flagged": gettext_lazy("Flagged or skipped as harmful"),
    "gold": gettext_lazy("Labeler does badly on gold"),
    "outlier": gettext_lazy("Unusual time taken"),
}
assert WHY.keys() == WEIGHTS.keys()


@dataclass(frozen=True)
class Wanted:
    """Which tasks of the queue; what is left empty narrows nothing. `reason`: one of WHY, or
    "asked" for what the project asks to review; `labeler` a user's id."""

    state: str = ReviewItem.State.WAITING
    kind: str = ""
    reason: str = ""
    labeler: int | None = None


def items_found(project: Project, wanted: Wanted) -> QuerySet[ReviewItem]:
    """The worst first: along the index of priorities."""
    items = ReviewItem.objects.filter(project=project, state=wanted.state)
    if wanted.kind:
        items = items.filter(kind=wanted.kind)
    if wanted.reason:
        items = items.filter(**{wanted.reason: True})
    if wanted.labeler:
        theirs = Assignment.objects.filter(
            task=OuterRef("task"), labeler=wanted.labeler, state=Assignment.State.SUBMITTED
        )
        items = items.filter(Exists(theirs))
    return items.order_by("-priority", "task")


def item_after(items: QuerySet[ReviewItem], item: ReviewItem) -> ReviewItem | None:
    """The next one in that order; from the end of the queue its first."""
    later = Q(priority__lt=item.priority) | Q(priority=item.priority, task__gt=item.task_id)
    others = items.exclude(task=item.task_id)
    return others.filter(later).first() or others.first()


def reasons_of(item: ReviewItem) -> list[str]:
    """Why it is where it is, in words."""
    words = []
    for name, label in WHY.items():
        if not getattr(item, name):
            continue
        share = item.agreement if name == "disagree" else None
        words.append(
            str(label)
            if share is None
            else _("%(reason)s: %(percent)s %% of pairs alike")
            % {"reason": label, "percent": round(100 * share)}
        )
    return words


@dataclass(frozen=True)
class Words:
    """How a project's pages speak: labels by key, and what rank 1 is."""

    flags: dict[str, str]
    annotations: dict[str, str]
    aim: str

    @classmethod
    def of(cls, project: Project) -> "Words":
        flags, annotations = (
            {each["key"]: each["label"] for each in project.rubric.get(part, [])}
            for part in ("flags", "annotations")
        )
        return cls(flags, annotations, project.ranking_aim)


@dataclass(frozen=True)
class Said:
    """One submission, as a reviewer is shown it; `answers` by slot, for a ranking only.

    `agreement` is with the others on the task; `verdict` the standing one on this revision,
    `replied` the one that its labeler has answered.
    """

    number: int
    name: str
    assignment: Assignment
    said: Ranking | Demonstration
    annotations: list[str]
    answers: list[AnswerSaid] = field(default_factory=list)
    agreement: float | None = None
    verdict: Review | None = None
    replied: Review | None = None
    own: bool = False


@dataclass(frozen=True)
class Row:
    """An answer, what each submission says of it in their order, and whether they differ."""

    letter: str
    text: str
    cells: list[AnswerSaid]
    decided: AnswerSaid | None
    differs: bool


@dataclass(frozen=True)
class Together:
    """All that was said of a task."""

    submissions: list[Said]
    rows: list[Row]
    agreement: float | None
    decision: Decision | None
    word: Said | None


def said_together(task: Task, *, reader: User, named: bool) -> Together:
    """The task's submissions side by side; without names where they are not to be told."""
    slots = list(TaskCompletion.objects.filter(task=task).select_related("completion"))
    words = Words.of(task.project)
    said = said_of(task).select_related("assignment__labeler", "labeler").order_by("assignment")
    found: list[Any] = list(said)
    if task.kind == Task.Kind.RANKING:
        prefetch_related_objects(found, "judgments")
    orders = [ranks_by_slot(row, slots) for row in found] if slots else []
    reviews = Review.objects.filter(assignment__task=task, withdrawn_at=None).order_by("pk")
    verdicts = {(row.assignment_id, row.revision): row for row in reviews if not row.answered_at}
    answered = {row.assignment_id: row for row in reviews if row.answered_at}
    submissions = []
    for index, row in enumerate(found):
        others = [(orders[index], other) for at, other in enumerate(orders) if at != index]
        unnamed = _("Labeler %(number)s") % {"number": index + 1}
        submissions.append(
            Said(
                number=index + 1,
                name=row.labeler.username if named else unnamed,
                assignment=row.assignment,
                said=row,
                annotations=labelled(words.annotations, row.annotations)[0],
                answers=answers_by_slot(row, slots, words) if slots else [],
                agreement=agreement(others).with_ties if others else None,
                verdict=verdicts.get((row.assignment_id, row.revision)),
                replied=answered.get(row.assignment_id),
                own=row.labeler_id == reader.pk,
            )
        )
    standing = Decision.objects.filter(task=task, undone_at=None)
    decision = standing.select_related("reviewer", "ranking", "demonstration").first()
    word = word_of(decision, slots, words, named=named) if decision else None
    pairs = list(combinations(orders, 2))
    return Together(
        submissions=submissions,
        rows=rows_of(submissions, word),
        agreement=agreement(pairs).with_ties if pairs else None,
        decision=decision,
        word=word,
    )


def word_of(
    decision: Decision, slots: Sequence[TaskCompletion], words: Words, *, named: bool
) -> Said:
    """The deciding word, in the shape of a submission."""
    said: Any = decision.ranking or decision.demonstration
    return Said(
        number=0,
        name=decision.reviewer.username if named else _("A reviewer"),
        assignment=Assignment(),
        said=said,
        annotations=labelled(words.annotations, said.annotations)[0],
        answers=answers_by_slot(said, slots, words) if slots else [],
    )


def ranks_by_slot(ranking: Ranking, slots: Sequence[TaskCompletion]) -> list[int]:
    """Who finds none acceptable ties all."""
    held = held_by(ranking)
    return [held[slot.completion_id].rank or 1 for slot in slots]


def held_by(ranking: Ranking) -> dict[int, Judgment]:
    return {each.completion_id: each for each in ranking.judgments.all()}


def answers_by_slot(
    ranking: Ranking, slots: Sequence[TaskCompletion], words: Words
) -> list[AnswerSaid]:
    """Ranked from the end from which the project's pages count now."""
    said = [held_by(ranking)[slot.completion_id] for slot in slots]
    ranks = ranks_best_first([each.rank for each in said], words.aim)
    return [
        AnswerSaid(
            letter,
            slot.completion.text,
            rank,
            each.likert,
            each.severity,
            labelled(words.flags, each.flags)[0],
        )
        for letter, slot, rank, each in zip(LETTERS, slots, ranks, said, strict=False)
    ]


def rows_of(submissions: Sequence[Said], word: Said | None) -> list[Row]:
    """They differ where two ranks lie two or more apart, or not all set the same flags."""
    rows = []
    for index, cells in enumerate(zip(*(each.answers for each in submissions), strict=True)):
        ranks = [cell.rank or 1 for cell in cells]
        apart = max(ranks) - min(ranks) >= 2
        flags = {tuple(sorted(cell.flags)) for cell in cells}
        decided = word.answers[index] if word and word.answers else None
        rows.append(
            Row(cells[0].letter, cells[0].text, list(cells), decided, apart or len(flags) > 1)
        )
    return rows
