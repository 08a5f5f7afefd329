"""What was begun and not handed in: discarding it, and what of it a browser keeps."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from annotation.feedback.submissions import first_line, said_as_draft
from annotation.feedback.veil import veiled
from annotation.people.access import Access, action_view
from annotation.people.models import Membership, MembershipRole, User
from annotation.queue.dismissal import dismissal_told
from annotation.queue.leases import assignment_get
from annotation.queue.models import Assignment
from annotation.queue.unfinished import (
    MOST_LISTED,
    OVER,
    assignments_named,
    draft_discard,
    draft_recover,
)

LABELER = MembershipRole.Role.LABELER
ENDED = (Assignment.State.SUBMITTED, Assignment.State.SKIPPED)
LISTS, PAGE = ("work", "work-done"), "work-task"


def list_url(request: HttpRequest, access: Access, public_id: UUID) -> str:
    """The page on which the button stood: one with a list, or the task's own."""
    back = request.POST.get("back", "")
    if back == PAGE:
        return reverse(PAGE, args=[access.project.slug, public_id])
    return reverse(back if back in LISTS else LISTS[0], args=[access.project.slug])


@dismissal_told
@action_view(LABELER, page="work-task")
def work_discard(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """Put a draft away; the list then offers to bring it back."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    url = list_url(request, access, public_id)
    try:
        draft_discard(assignment=assignment)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(url)
    return redirect(f"{url}?{urlencode({'discarded': str(public_id)})}#unfinished")


@dismissal_told
@action_view(LABELER, page="work-task")
def work_recover(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """Bring back what was discarded last."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    draft_recover(assignment=assignment)
    return redirect(f"{list_url(request, access, public_id)}#unfinished")


@login_required
@require_POST
def work_kept(request: HttpRequest) -> JsonResponse:
    """Which of the tasks {"ids": [...]}, whose drafts a browser keeps, are the caller's own.

    Nothing is told of anybody else's: a browser may be shared. `over` are those that no claim leads
    back to, `ended` those that were handed in or skipped; `draft` is what the server has, `said`
    what counts of a demonstration.
    """
    try:
        ids = [UUID(each) for each in json.loads(request.body)["ids"][:MOST_LISTED]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"error": _("Not a list of tasks.")}, status=400)
    assert isinstance(request.user, User)
    rows = assignments_named(labeler=request.user, public_ids=ids)
    memberships = {
        membership.project_id: membership
        for membership in Membership.objects.filter(user=request.user)
    }
    tasks = [kept_told(row, memberships.get(row.task.project_id)) for row in rows]
    return JsonResponse({"tasks": tasks})


def kept_told(assignment: Assignment, membership: Membership | None) -> dict[str, Any]:
    project = assignment.task.project
    return {
        "id": str(assignment.public_id),
        "project": project.slug,
        "url": reverse("work-task", args=[project.slug, assignment.public_id]),
        "line": line_shown(assignment, membership),
        "kind": assignment.task.get_kind_display(),
        "over": assignment.state in OVER,
        "ended": assignment.state in ENDED,
        "said": said_as_draft(assignment),
        "draft": assignment.draft,
    }


def line_shown(assignment: Assignment, membership: Membership | None) -> str:
    """How a list names a task to this member, who may have it hidden what it is about."""
    line = first_line(assignment) or _("A dialogue")
    hidden = veiled(assignment.task, membership)
    return _("Hidden: %(labels)s") % {"labels": ", ".join(hidden)} if hidden else line
