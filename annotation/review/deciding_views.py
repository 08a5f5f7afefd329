"""The labelers' desk once more, for a reviewer who decides a task by a word of their own."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.feedback.drafts import (
    DemonstrationDraft,
    RankingDraft,
    demonstration_draft_posted,
    number,
    ranking_draft_in,
    ranking_draft_posted,
    ranking_draft_saved,
)
from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.unasked import annotations_unasked, ranking_unasked
from annotation.feedback.veil import veiled
from annotation.feedback.views import ranking_fields
from annotation.htmx import by_htmx, go_to
from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.queue.models import Task, TaskCompletion
from annotation.review.decisions import deciding_check, demonstration_decide, ranking_decide
from annotation.review.items import said_of
from annotation.review.reading import said_together
from annotation.review.views import names_told, task_get, task_url, uuid_read

Role = MembershipRole.Role


@never_cache
@require_http_methods(["GET", "POST"])
@project_view(Role.ADMIN, Role.REVIEWER)
def review_decide(request: HttpRequest, access: Access, task_id: int) -> HttpResponseBase:
    """The desk, empty or begun `?from=` a submission. A POST decides the task."""
    task = task_get(access, task_id)
    back = task_url(request, access, task_id)
    if request.method == "POST":
        try:
            decision_take(request, access, task)
        except ValidationError as error:
            return refused(request, access, task, " ".join(error.messages))
        messages.success(request, _("Decided: the task teaches what you said."))
        return go_to(request, back)
    try:
        deciding_check(access.user, task)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    return desk_page(request, access, task, "")


def decision_take(request: HttpRequest, access: Access, task: Task) -> None:
    common: dict[str, Any] = {
        "reviewer": access.user,
        "task": task,
        "instructions_version": number(request.POST.get("instructions_version")),
        "rubric_version": number(request.POST.get("rubric_version")),
    }
    if task.kind == Task.Kind.DEMONSTRATION:
        written = demonstration_draft_posted(request.POST)
        demonstration_decide(text=written.text, annotations=written.annotations, **common)
    else:
        draft = ranking_draft_posted(request.POST, task.k)
        ranking_decide(aim=draft.aim, **draft.said(), **common)


def refused(request: HttpRequest, access: Access, task: Task, words: str) -> HttpResponse:
    if by_htmx(request):  # the page keeps what it holds
        return render(request, "annotation/desk_error.html", {"error": words}, status=422)
    return desk_page(request, access, task, words)


def desk_page(request: HttpRequest, access: Access, task: Task, error: str) -> HttpResponse:
    """With what was posted, or what the submission said from which it begins."""
    begun = uuid_read(request.GET.get("from", ""))
    named = names_told(access)
    context = {
        "task": task,
        "revising": True,
        "back": task_url(request, access, task.pk),
        "messages_shown": task.messages,
        "text_language": task.language,
        "veiled": veiled(task, access.membership),
        "rubric_version": access.project.rubric_version,
        "annotations_asked": access.project.rubric.get("annotations", []),
        "together": said_together(task, reader=access.user, named=named),
        "error": error,
    }
    said: Any = said_of(task).filter(assignment__public_id=begun).first()
    fill = ranking_filled if task.kind == Task.Kind.RANKING else demonstration_filled
    name = "ranking" if task.kind == Task.Kind.RANKING else "demonstration"
    context |= fill(request, access, task, said) | {"desk": f"annotation/{name}.html"}
    return render(request, "annotation/review_decide.html", context, status=422 if error else 200)


def ranking_filled(
    request: HttpRequest, access: Access, task: Task, said: Ranking | None
) -> dict[str, Any]:
    slots = list(TaskCompletion.objects.filter(task=task).select_related("completion"))
    if request.POST:
        draft: RankingDraft = ranking_draft_posted(request.POST, task.k)
    elif said is not None:
        begun = ranking_draft_in(said, [slot.completion_id for slot in slots])
        draft = replace(begun, note="")  # that is its labeler's
    else:
        draft = ranking_draft_saved({}, len(slots))
    draft = draft.aimed(access.project.ranking_aim)
    return {
        **ranking_fields(access.project, [slot.completion.text for slot in slots], draft),
        "unasked": ranking_unasked(draft, project=access.project, revising=False),
    }


def demonstration_filled(
    request: HttpRequest, access: Access, task: Task, said: Demonstration | None
) -> dict[str, Any]:
    written = DemonstrationDraft()
    if request.POST:
        written = demonstration_draft_posted(request.POST)
    elif said is not None and (said.trains or task.purpose != Task.Purpose.TRAIN):
        written = DemonstrationDraft(said.text, said.annotations)
    return {
        "text": written.text,
        "annotations": written.annotations,
        "unasked": annotations_unasked(written.annotations, project=access.project),
    }
