"""The labeler's way through the queue: start, the lease's heartbeat and draft, skip."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotation.htmx import by_htmx, go_to
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.queue.ahead import blank
from annotation.queue.claims import task_follow
from annotation.queue.dismissal import dismissal_told
from annotation.queue.draft_revisions import draft_revision
from annotation.queue.drafts import DraftOvertakenError, draft_save
from annotation.queue.leases import assignment_get, assignment_heartbeat, assignment_skip
from annotation.queue.models import Assignment, Task
from annotation.queue.standing import standing_get, today_get
from annotation.texts import newlines_plain

LABELER = MembershipRole.Role.LABELER
# A page reports what has passed since it last did; more than this is a broken clock, not work.
MOST_SECONDS = 600


def seconds_read(value: Any) -> int:
    """Active seconds as a page sends them; what is no number counts as none."""
    try:
        return max(0, min(int(value), MOST_SECONDS))
    except (TypeError, ValueError, OverflowError):  # the last is of infinity
        return 0


def base_read(value: Any) -> int | None:
    """The revision a draft began from. Raises ValueError for what is neither that nor nothing."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError(value)
    return value


def next_task_url(access: Access, ahead: str = "") -> str:
    """Claim the next task and say where it is: the start page where there is none.

    `ahead` is the id of the task whose page the browser has already: it is sent there if that is
    the next one. The start page also tells who may no longer be given any.
    """
    assignment = task_follow(labeler=access.user, project=access.project)
    if assignment is None:
        return reverse("work", args=[access.project.slug])
    if str(assignment.public_id) == ahead and blank(assignment):
        return reverse("work-ahead", args=[access.project.slug, assignment.public_id])
    dialogue = assignment.task.kind == Task.Kind.DIALOGUE
    page = "work-dialogue" if dialogue else "work-task"
    return reverse(page, args=[access.project.slug, assignment.public_id])


@project_view(LABELER)
def work(request: HttpRequest, access: Access) -> HttpResponse:
    """The start page; a POST goes to the next task. Who has something to read first goes there."""
    if access.membership and access.membership.onboarding_due:
        return redirect("onboarding", access.project.slug)
    if request.method == "POST":
        return redirect(next_task_url(access))
    context = {
        "standing": standing_get(labeler=access.user, project=access.project),
        "today": today_get(labeler=access.user, project=access.project),
    }
    return render(request, "annotation/work.html", context)


@dismissal_told
@action_view(LABELER, page="work-task")
def work_draft(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """Autosave: a JSON body {"draft": {...}, "base": n, "writer": "...", "active_seconds": n}.

    412 says that another page has saved meanwhile (see draft_save).
    """
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    return draft_answer(request, partial(draft_save, assignment=assignment))


def draft_answer(request: HttpRequest, save: Callable[..., Any]) -> HttpResponse:
    """Hand an autosaved body to `save`, and answer as autosave.js reads it."""
    try:
        body = json.loads(request.body)
        save(
            draft=body["draft"],
            active_seconds=seconds_read(body.get("active_seconds")),
            base=base_read(body.get("base")),
            writer=body.get("writer", ""),
        )
    except ValidationError as error:
        status = 412 if isinstance(error, DraftOvertakenError) else 409
        return JsonResponse({"error": " ".join(error.messages)}, status=status)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return JsonResponse({"error": _("Not a draft.")}, status=400)
    return HttpResponse(status=204)


@dismissal_told
@action_view(LABELER, page="work-task")
def work_beat(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """Renew the lease. Tells how the task and the labeler's day stand, for the page to compare."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    seconds = seconds_read(request.POST.get("active_seconds"))
    fresh = assignment_heartbeat(assignment=assignment, active_seconds=seconds)
    today = today_get(labeler=access.user, project=access.project)
    return JsonResponse(
        {
            "state": fresh.state,
            "revision": draft_revision(fresh),
            "instructions_version": access.project.instructions_version,
            "rubric_version": access.project.rubric_version,
            "done_today": today.done,
            "seconds_today": today.seconds,
        }
    )


@dismissal_told
@require_http_methods(["GET", "POST"])
@project_view(LABELER)
def work_skip(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponseBase:
    """Pass the task on. The desk asks for the reason itself; the page is for who has no scripts."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    if request.method == "GET":
        context = {"assignment": assignment, "skip_reasons": Assignment.SkipReason.choices}
        return render(request, "annotation/skip.html", context)
    try:
        assignment_skip(
            assignment=assignment,
            reason=request.POST.get("reason", ""),
            note=newlines_plain(request.POST.get("note", "")),
            active_seconds=seconds_read(request.POST.get("active_seconds")),
        )
    except ValidationError as error:
        text = " ".join(error.messages)
        if by_htmx(request):  # the dialog keeps what it holds
            return render(request, "annotation/skip_error.html", {"error": text}, status=422)
        messages.error(request, text)
        return redirect("work-task", access.project.slug, public_id)
    messages.info(request, _("Skipped: the task goes to others."))
    return go_to(request, next_task_url(access))
