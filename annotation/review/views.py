"""The reviewers' pages: the queue, a task with all that was said of it, and what is decided."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.feedback.drafts import number
from annotation.feedback.submissions import first_text
from annotation.feedback.veil import veiled
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.queue.models import Assignment, Task
from annotation.review.decisions import decision_undo
from annotation.review.forms import QueueForm, RulesForm
from annotation.review.models import ReviewItem, ReviewWatch
from annotation.review.reading import item_after, items_found, reasons_of, said_together
from annotation.review.rules import rules_of, rules_update
from annotation.review.verdicts import verdict_give, verdict_reply

Role = MembershipRole.Role
PER_PAGE = 25


def names_told(access: Access) -> bool:
    return access.has(Role.ADMIN) or not rules_of(access.project).names_hidden


def task_get(access: Access, task_id: int) -> Task:
    """A task of the project with something to review, or 404."""
    items = ReviewItem.objects.filter(project=access.project, task=task_id)
    item = get_object_or_404(items.select_related("task__prompt", "task__route"))
    task = item.task
    task.project = access.project
    return task


@require_http_methods(["GET"])
@project_view(Role.ADMIN, Role.REVIEWER)
def review(request: HttpRequest, access: Access) -> HttpResponse:
    """The queue, the worst first; `?state=`, `?reason=`, `?kind=` and `?labeler=` narrow it."""
    form = QueueForm(access.project, request.GET, named=names_told(access))
    found = items_found(access.project, form.wanted()).select_related("task__prompt", "task__route")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    items = []
    for item in page.object_list:
        item.task.project = access.project
        hidden = veiled(item.task, access.membership)
        line = first_text(item.task)
        items.append({"item": item, "line": line, "veiled": hidden, "reasons": reasons_of(item)})
    context = {
        "form": form,
        "page": page,
        "items": items,
        "query": request.GET.urlencode(),
        "watch": ReviewWatch.objects.filter(project=access.project).first(),
        "may_change": access.has(Role.ADMIN),
    }
    return render(request, "annotation/review.html", context)


@require_http_methods(["GET", "POST"])
@project_view(Role.ADMIN)
def review_rules(request: HttpRequest, access: Access) -> HttpResponse:
    form = RulesForm(access.project, request.POST or None)
    if form.is_valid():
        try:
            rules_update(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("review", access.project.slug)
    return render(request, "annotation/review_rules.html", {"form": form})


@never_cache
@require_http_methods(["GET"])
@project_view(Role.ADMIN, Role.REVIEWER)
def review_task(request: HttpRequest, access: Access, task_id: int) -> HttpResponse:
    """All that was said of a task, side by side; the query is that of the queue it came from."""
    return task_page(request, access, task_get(access, task_id))


def task_page(
    request: HttpRequest, access: Access, task: Task, *, refused: dict[str, Any] | None = None
) -> HttpResponse:
    """`refused`: the comment that was not taken, of which submission, and why."""
    named = names_told(access)
    form = QueueForm(access.project, request.GET, named=named)
    item = ReviewItem.objects.get(task=task)
    following = item_after(items_found(access.project, form.wanted()), item)
    context = {
        "task": task,
        "item": item,
        "reasons": reasons_of(item),
        "together": said_together(task, reader=access.user, named=named),
        "messages_shown": task.messages,
        "text_language": task.language,
        "veiled": veiled(task, access.membership),
        "following": following,
        "query": request.GET.urlencode(),
        "refused": refused,
    }
    return render(request, "annotation/review_task.html", context, status=422 if refused else 200)


def task_url(request: HttpRequest, access: Access, task_id: int) -> str:
    """Back to the task's page, in the queue that it was opened from."""
    query = request.GET.urlencode()
    url = reverse("review-task", args=[access.project.slug, task_id])
    return f"{url}?{query}" if query else url


@action_view(Role.ADMIN, Role.REVIEWER, page="review-task")
def review_verdict(request: HttpRequest, access: Access, task_id: int) -> HttpResponseBase:
    """Accept or return one submission. A refusal comes back with the comment."""
    task = task_get(access, task_id)
    said = uuid_read(request.POST.get("submission", ""))
    rows = Assignment.objects.filter(task=task, public_id=said).select_related("labeler")
    assignment = get_object_or_404(rows)
    try:
        verdict_give(
            reviewer=access.user,
            assignment=assignment,
            revision=number(request.POST.get("revision")) or 0,
            verdict=request.POST.get("verdict", ""),
            comment=request.POST.get("comment", ""),
        )
    except ValidationError as error:
        refused = {
            "submission": assignment.pk,
            "comment": request.POST.get("comment", ""),
            "error": " ".join(error.messages),
        }
        return task_page(request, access, task, refused=refused)
    return redirect(f"{task_url(request, access, task_id)}#said-{assignment.pk}")


@action_view(Role.ADMIN, Role.REVIEWER, page="review-task")
def review_undo(request: HttpRequest, access: Access, task_id: int) -> HttpResponse:
    task = task_get(access, task_id)
    try:
        decision_undo(actor=access.user, task=task)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Undone: what the labelers said counts again."))
    return redirect(task_url(request, access, task_id))


@action_view(Role.LABELER, page="work-task")
def work_reply(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """Leave what was returned as it is, and say why."""
    own = Assignment.objects.filter(labeler=access.user, task__project=access.project)
    assignment = get_object_or_404(own.select_related("task", "labeler"), public_id=public_id)
    try:
        verdict_reply(
            labeler=access.user, assignment=assignment, reply=request.POST.get("reply", "")
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Sent to the reviewers: what you handed in stays as it is."))
    return redirect("work-task", access.project.slug, public_id)


def uuid_read(said: str) -> UUID:
    """As a page sends it; for what is none, one that nothing has."""
    try:
        return UUID(said)
    except ValueError:
        return UUID(int=0)
