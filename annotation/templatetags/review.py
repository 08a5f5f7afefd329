"""`{% load review %}`: what a labeler is told of reviews, on pages of layers below them."""

from typing import Any

from django import template

from annotation.feedback.submissions import assignments_returned
from annotation.people.access import Access
from annotation.queue.models import Assignment
from annotation.review.models import Review

register = template.Library()


@register.inclusion_tag("annotation/review_notice.html")
def review_notice(access: Access) -> dict[str, Any]:
    """How much was returned to who is at work."""
    back = assignments_returned(labeler=access.user, project=access.project)
    return {"returned": len(back), "slug": access.project.slug}


@register.inclusion_tag("annotation/review_of.html", takes_context=True)
def review_of(context: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """The verdicts on a submission, without saying whose they are."""
    rows = list(Review.objects.filter(assignment=assignment, withdrawn_at=None).order_by("pk"))
    revision = context["current"].number
    standing = [row for row in rows if row.revision == revision and not row.answered_at]
    verdict = standing[-1] if standing else None
    decided = assignment.task.decided_at is not None
    returned = verdict is not None and verdict.verdict == Review.Verdict.RETURNED
    return {
        "assignment": assignment,
        "slug": context["access"].project.slug,
        "open": verdict if returned and not decided else None,
        "accepted": verdict if not returned else None,
        "decided": decided,
        "answered": [row for row in rows if row.answered_at],
    }
