"""`{% load unfinished %}`: what the labeler began and did not hand in, on the work's pages."""

from typing import Any
from uuid import UUID

from django import template
from django.core.exceptions import ValidationError

from annotation.feedback.unfinished_views import line_shown
from annotation.models import Assignment
from annotation.people.access import Access
from annotation.queue.unfinished import MOST_LISTED, unfinished_of

register = template.Library()


@register.inclusion_tag("annotation/unfinished.html", takes_context=True)
def unfinished(context: dict[str, Any], back: str) -> dict[str, Any]:
    """The list, hidden where it is empty until a script finds something kept; `back` names the
    page that it stands on."""
    request, access = context["request"], context["access"]
    rows = unfinished_of(labeler=access.user, project_ids=[access.project.pk])
    items = [{"row": row, "line": line_shown(row, access.membership)} for row in rows]
    return {
        "access": access,
        "back": back,
        "items": items,
        "all_shown": len(rows) < MOST_LISTED,
        "most": MOST_LISTED,
        "discarded": discarded_just(access, request.GET.get("discarded", "")),
        "csrf_token": context.get("csrf_token"),
    }


def discarded_just(access: Access, public_id: str) -> dict[str, Any] | None:
    """The task whose draft was put away a moment ago, to be brought back."""
    own = Assignment.objects.filter(labeler=access.user, task__project=access.project)
    try:
        row = own.select_related("task__prompt", "task__route", "task__project").get(
            public_id=UUID(public_id)
        )
    except (ValueError, ValidationError, Assignment.DoesNotExist):
        return None
    if "discarded" not in row.draft:
        return None
    return {"row": row, "line": line_shown(row, access.membership)}
