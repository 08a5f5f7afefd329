"""Verdicts on what labelers handed in, and what a labeler answers to one that was returned.

The task's row is locked first, as by every hand-in: so a verdict is about what stands now, and a
labeler who changes it meanwhile is told of, or tells the reviewer.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.models import Demonstration, Ranking, Reviewed
from annotation.people.models import User
from annotation.people.projects import audit
from annotation.queue.leases import assignment_lock
from annotation.queue.models import Assignment, Task
from annotation.review.items import item_follow, reviewable, said_of
from annotation.review.models import Review, ReviewItem
from annotation.texts import newlines_plain, text_validate

Verdict = Review.Verdict
MAX_COMMENT = 5_000
OVERTAKEN = gettext_lazy(
    "Its labeler has changed this since the page was opened. Look at it once more; your comment is "
    "kept."
)
DECIDED = gettext_lazy("A reviewer's own word decides this task. Undo that first.")


def verdict_give(
    *,
    reviewer: User,
    assignment: Assignment,
    revision: int,
    verdict: str,
    comment: str = "",
) -> Review:
    """Accept or return the `revision` of a submission that the reviewer was shown.

    The same again changes nothing; another one takes its place. Raises ValidationError: for one's
    own submission, without a comment where it is returned, and where the revision is not the one
    that counts.
    """
    if verdict not in Verdict.values:
        raise ValidationError({"verdict": _("Accept it, or return it.")})
    comment = newlines_plain(
        text_validate(
            comment, what=_("The comment"), limit=MAX_COMMENT, blank=verdict == Verdict.ACCEPTED
        )
    )
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        said = said_check(reviewer, fresh, revision)
        standing = Review.objects.filter(
            assignment=fresh, revision=revision, withdrawn_at=None
        ).first()
        if standing and (standing.verdict, standing.comment) == (verdict, comment):
            return standing
        if standing:
            standing.withdrawn_at = timezone.now()
            standing.save(update_fields=["withdrawn_at"])
        review = Review.objects.create(
            project=fresh.task.project,
            assignment=fresh,
            revision=revision,
            reviewer=reviewer,
            verdict=verdict,
            comment=comment,
        )
        said.review = verdict
        said.save(update_fields=["review"])
        answered_clear(fresh.task)
        item_follow(fresh.task)
        audit(
            project=fresh.task.project,
            actor=reviewer,
            verb="review_accept" if verdict == Verdict.ACCEPTED else "review_return",
            target=f"task {fresh.task_id}",
            labeler=fresh.labeler.username,
            revision=revision,
        )
    return review


def said_check(reviewer: User, assignment: Assignment, revision: int) -> Ranking | Demonstration:
    """What a locked assignment says now, if this reviewer may say something of it."""
    task = assignment.task
    if not reviewable(task):
        raise ValidationError(_("Only rankings and demonstrations of the work are reviewed."))
    if assignment.labeler_id == reviewer.pk:
        raise ValidationError(_("This is your own submission: somebody else reviews it."))
    if task.decided_at is not None:
        raise ValidationError(DECIDED)
    said = said_of(task).filter(assignment=assignment).first()
    if said is None:
        raise ValidationError(_("This task has not been handed in: there is nothing to review."))
    if said.revision != revision:
        raise ValidationError(OVERTAKEN)
    return said


def verdict_reply(*, labeler: User, assignment: Assignment, reply: str) -> Review:
    """Leave a returned submission as it is, and say why: it counts again, and is reviewed anew.

    Raises ValidationError where nothing of it is returned, and without a reason.
    """
    reply = newlines_plain(text_validate(reply, what=_("The answer"), limit=MAX_COMMENT))
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        review = review_open(fresh)
        if fresh.labeler_id != labeler.pk or review is None:
            raise ValidationError(_("Nothing of this waits for your answer."))
        review.reply = reply
        review_answer(review, fresh.task)
        said_of(fresh.task).filter(assignment=fresh).update(review=Reviewed.NOT)
        item_follow(fresh.task)
        audit(
            project=fresh.task.project,
            actor=labeler,
            verb="review_reply",
            target=f"task {fresh.task_id}",
            revision=review.revision,
        )
    return review


def review_open(assignment: Assignment) -> Review | None:
    """The verdict that waits for the labeler's answer."""
    return Review.objects.filter(
        assignment=assignment, verdict=Verdict.RETURNED, answered_at=None, withdrawn_at=None
    ).first()


def review_answer(review: Review, task: Task) -> None:
    """Of a locked task: its labeler has answered, and the reviewers see it first."""
    review.answered_at = timezone.now()
    review.save(update_fields=["answered_at", "reply"])
    ReviewItem.objects.filter(task=task).update(answered=True)


def answered_clear(task: Task) -> None:
    """No answer waits any more, where each that came has had its verdict."""
    waiting = said_of(task).filter(review=Reviewed.NOT, assignment__reviews__verdict="returned")
    ReviewItem.objects.filter(task=task).update(answered=waiting.exists())
