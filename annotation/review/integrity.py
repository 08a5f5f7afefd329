"""What verdicts and decisions promise of the rows that they are about; see annotation/integrity."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from annotation.feedback.models import Demonstration, Ranking, Reviewed, Source
from annotation.queue.models import Task
from annotation.review.items import said_of, state_of
from annotation.review.models import Decision, Review, ReviewItem

MODELS = (Ranking, Demonstration)
AT_ONCE = 1_000


def verdicts_are_about_revisions() -> Iterator[str]:
    """A verdict is about a revision that was handed in."""
    theirs = {"assignment": OuterRef("assignment"), "revision": OuterRef("revision")}
    known = Q(Exists(Ranking.objects.filter(**theirs)))
    known |= Q(Exists(Demonstration.objects.filter(**theirs)))
    for review in Review.objects.exclude(known).order_by("pk"):
        yield (
            f"Review {review.pk} is about revision {review.revision} of assignment "
            f"{review.assignment_id}, which has none."
        )


def feedback_shows_its_verdict() -> Iterator[str]:
    """What counts is marked as its standing verdict has it, unless its task is decided."""
    for model in MODELS:
        standing = Review.objects.filter(
            assignment=OuterRef("assignment"),
            revision=OuterRef("revision"),
            withdrawn_at=None,
            answered_at=None,
        )
        open_yet = model._default_manager.filter(
            is_current=True, assignment__isnull=False, task__decided_at=None
        )
        for verdict in Review.Verdict.values:
            marked = Q(review=verdict)
            said = Exists(standing.filter(verdict=verdict))
            for row in open_yet.filter(marked & ~Q(said) | ~marked & Q(said)).order_by("pk"):
                yield (
                    f"{model.__name__} {row.pk} is marked “{row.review}”, which its verdicts do "
                    "not say."
                )


def decisions_decide() -> Iterator[str]:
    """A decided task has one word that counts and overrules all others, and no other has any."""
    standing = Decision.objects.filter(task=OuterRef("pk"), undone_at=None)
    decided = Q(decided_at__isnull=False)
    wrong = decided & ~Q(Exists(standing)) | ~decided & Q(Exists(standing))
    for task in Task.objects.filter(wrong).order_by("pk"):
        yield f"Task {task.pk} says that it is decided, or not, and its decisions do not."
    for model in MODELS:
        rows = model._default_manager.filter(is_current=True)
        word = Q(source=Source.REVIEW)
        overruled = Q(review=Reviewed.OVERRULED)
        theirs = Q(task__decided_at__isnull=False, assignment__isnull=False)
        faults = word & ~Q(decision__undone_at=None, decision__isnull=False)
        faults |= overruled & ~theirs | theirs & ~word & ~overruled
        for row in rows.filter(faults).order_by("pk"):
            yield (
                f"{model.__name__} {row.pk} is marked “{row.review}”, which the decision of task "
                f"{row.task_id} does not say."
            )


def items_count_verdicts() -> Iterator[str]:
    """A task's place in the queue tells how many of its submissions have no verdict. One that came
    since a worker's last look may not be counted yet."""
    items = ReviewItem.objects.select_related("task").order_by("pk")
    for item in items.iterator(AT_ONCE):
        verdicts = list(said_of(item.task).values_list("review", flat=True))
        if len(verdicts) != item.submissions:
            continue
        state, left = state_of(item.task, verdicts), verdicts.count(Reviewed.NOT)
        if (item.state, item.unreviewed) != (state, left):
            yield (
                f"Task {item.task_id} is {item.state} with {item.unreviewed} to review, but it is "
                f"{state} with {left}."
            )


CHECKS = (
    verdicts_are_about_revisions,
    feedback_shows_its_verdict,
    decisions_decide,
    items_count_verdicts,
)
