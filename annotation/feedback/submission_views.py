"""A labeler's own submissions: the list, and each of them with its history."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from annotation.feedback.revising import revisable, revisable_until
from annotation.feedback.submissions import (
    assignments_returned,
    draft_beside,
    first_line,
    labels_of,
    revisions_of,
    said_as_draft,
    submissions_of,
)
from annotation.feedback.veil import veiled
from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.queue.draft_revisions import draft_holds
from annotation.queue.models import Assignment, Task

LABELER = MembershipRole.Role.LABELER
PER_PAGE = 25
KINDS = (
    (Task.Kind.DEMONSTRATION, _("Demonstrations")),
    (Task.Kind.RANKING, _("Rankings")),
    (Task.Kind.DIALOGUE, _("Dialogues")),
)


@never_cache
@project_view(LABELER)
def work_done(request: HttpRequest, access: Access) -> HttpResponse:
    """The list, the latest first; `?kind=` narrows it, and `?returned=1` to what was returned."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Task.Kind.values else ""
    returned = set(assignments_returned(labeler=access.user, project=access.project))
    only = "returned" in request.GET
    rows = submissions_of(
        labeler=access.user, project=access.project, kind=kind or None, returned=only
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    items = []
    for row in page.object_list:
        until = revisable_until(row)
        open_until = until if until and until > now else None
        hidden = veiled(row.task, access.membership)
        said = {"row": row, "line": first_line(row), "veiled": hidden, "until": open_until}
        items.append({**said, "left": draft_holds(row.draft), "returned": row.pk in returned})
    context = {
        "items": items,
        "page": page,
        "kind": kind,
        "kinds": KINDS,
        "only_returned": only,
        "returned_count": len(returned),
    }
    return render(request, "annotation/submissions.html", context)


@project_view(LABELER)
def work_last(_request: HttpRequest, access: Access) -> HttpResponse:
    """To the labeler's last submission; to the list where there is none."""
    last = submissions_of(labeler=access.user, project=access.project).first()
    if last is None:
        return redirect("work-done", access.project.slug)
    return redirect("work-task", access.project.slug, last.public_id)


def skipped_page(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """That a task is skipped. Nothing of it is shown again, but for what the labeler had begun."""
    left = assignment.draft if draft_holds(assignment.draft) else {}
    context = {"assignment": assignment, **beside_context(assignment, left)}
    return render(request, "annotation/skipped.html", context)


def beside_context(assignment: Assignment, draft: dict[str, Any]) -> dict[str, Any]:
    """What the panel of what was not handed in shows, and what its script makes words of."""
    labels = {**labels_of(assignment, "flags"), **labels_of(assignment, "annotations")}
    return {
        "labels_json": json.dumps(labels),
        "said_json": json.dumps(said_as_draft(assignment)),
        "draft_left": draft,
        "draft_left_json": json.dumps(draft),
        "draft_left_text": draft.get("text") or draft.get("note") or "",
    }


def submission_page(
    request: HttpRequest, access: Access, assignment: Assignment, *, not_taken: str = ""
) -> HttpResponse:
    """What was handed in for a demonstration or a ranking, and how it changed; `not_taken` is what
    was sent after it."""
    revisions = revisions_of(assignment)
    until = revisable_until(assignment)
    context: dict[str, Any] = {
        "assignment": assignment,
        "messages_shown": assignment.task.messages,
        "text_language": assignment.task.language,
        "veiled": veiled(assignment.task, access.membership),
        "revisions": revisions,
        "current": revisions[-1],
        "editable": revisable(assignment),
        "until": until,
        "still": until is not None and timezone.now() < until,
        **beside_context(assignment, draft_beside(assignment, revisions)),
        "not_taken": not_taken,
    }
    return render(request, "annotation/submission.html", context)
