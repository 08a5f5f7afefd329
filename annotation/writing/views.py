"""The pages on which labelers write prompts, and look at what they have written."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from annotation.feedback.views import draft_seen
from annotation.htmx import by_htmx, go_to
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole, User
from annotation.prompts.models import UseCase
from annotation.queue.draft_revisions import draft_revision, draft_says, draft_writer
from annotation.queue.views import draft_answer, seconds_read
from annotation.texts import lines_of
from annotation.writing.content import WritingInput, kinds_open
from annotation.writing.drafts import (
    draft_get,
    drafts_of,
    kept_prefix,
    writing_draft_save,
    writing_seconds_add,
)
from annotation.writing.few_shot import FEWEST_PAIRS, MOST_PAIRS
from annotation.writing.forms import WritingForm, form_posted, form_saved
from annotation.writing.models import Writing, WritingKind
from annotation.writing.wanted import quota_get, stories_ordered
from annotation.writing.writing import (
    WITHDRAW_WITHIN,
    writing_create,
    writing_get,
    writing_withdraw,
)

LABELER = MembershipRole.Role.LABELER
SHOWN = 50


def kind_read(access: Access, kind: str) -> WritingKind:
    """Raises Http404 for a kind that the project does not ask for."""
    if kind not in kinds_open(access.project):
        raise Http404(_("No such kind of prompt."))
    return WritingKind(kind)


def story_shown(request: HttpRequest, access: Access, form: WritingForm) -> tuple[str, int]:
    """The story to write for, and the number to ask for another one: the draft's goes on."""
    stories = stories_ordered(project=access.project, labeler=access.user)
    asked = request.GET.get("story", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 6:
        if form.story in stories:
            return form.story, (stories.index(form.story) + 1) % len(stories)
        asked = "0"
    place = int(asked) % len(stories)
    return stories[place], (place + 1) % len(stories)


def writing_page(
    request: HttpRequest, access: Access, kind: WritingKind, form: WritingForm | None, error: str
) -> HttpResponse:
    draft = draft_get(project=access.project, labeler=access.user, kind=kind)
    form = form or form_saved(draft.draft)
    story, next_story = (
        story_shown(request, access, form) if kind == WritingKind.USER_BASED else ("", 0)
    )
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": kinds_open(access.project),
        "use_cases": UseCase.choices,
        "form": form,
        "story": story,
        "next_story": next_story,
        "harms": lines_of(access.project.harm_categories),
        "stories": len(lines_of(access.project.user_stories)),
        "fewest": FEWEST_PAIRS,
        "most": MOST_PAIRS,
        "quota": quota_get(project=access.project, labeler=access.user),
        "draft": draft,
        "kept": kept_prefix(draft),
        "revision": draft_revision(draft),
        "writer": draft_writer(draft) or "",
        "error": error,
    }
    status = 422 if error else 200
    return render(request, "annotation/writing.html", context, status=status)


@never_cache  # Back after handing in has to show what there is now
@gzip_page
@project_view(LABELER)
def write(request: HttpRequest, access: Access, kind: str = "") -> HttpResponseBase:
    """The page of one kind, or of the first. A POST hands in; what is refused comes back whole."""
    kind = kind or kinds_open(access.project)[0]
    known = kind_read(access, kind)
    if request.method != "POST":
        return writing_page(request, access, known, None, "")
    form = form_posted(request.POST)
    try:
        writing = writing_create(
            labeler=access.user,
            project=access.project,
            said=form.said(known),
            active_seconds=seconds_read(request.POST.get("active_seconds")),
            seen=draft_seen(request.POST),
        )
    except ValidationError as error:
        text = " ".join(error.messages)
        if by_htmx(request):  # the page keeps what it holds
            return render(request, "annotation/desk_error.html", {"error": text}, status=422)
        return writing_page(request, access, known, form, text)
    count = writing.prompts.count()
    told = ngettext("Your prompt is in.", "%(count)s prompts are in.", count)
    messages.success(request, told % {"count": count})
    if draft_says(draft_get(project=access.project, labeler=access.user, kind=kind).draft):
        messages.info(request, _("What you wrote in another tab or on another device is here."))
    url = reverse("write-kind", args=[access.project.slug, kind])
    return go_to(request, url)


@action_view(LABELER, page="write-kind")
def write_draft(request: HttpRequest, access: Access, kind: str) -> HttpResponse:
    """Autosave, as of a task's draft."""
    save = partial(
        writing_draft_save,
        project=access.project,
        labeler=access.user,
        kind=kind_read(access, kind),
    )
    return draft_answer(request, save)


@login_required
@require_POST
def write_kept(request: HttpRequest) -> JsonResponse:
    """What the server has of what the caller is writing, by the prefix of a browser's keys."""
    assert isinstance(request.user, User)
    rows = drafts_of(labeler=request.user)
    return JsonResponse(
        {"drafts": [{"kept": kept_prefix(row), "draft": row.draft} for row in rows]}
    )


@action_view(LABELER, page="write-kind")
def write_beat(request: HttpRequest, access: Access, kind: str) -> HttpResponse:
    writing_seconds_add(
        project=access.project,
        labeler=access.user,
        kind=kind_read(access, kind),
        seconds=seconds_read(request.POST.get("active_seconds")),
    )
    return HttpResponse(status=204)


@gzip_page
@action_view(LABELER, page="write-kind")
def write_preview(request: HttpRequest, access: Access, kind: str) -> HttpResponse:
    """What is written, as it will be read: a few-shot group as the prompts that it becomes."""
    said = form_posted(request.POST).said(kind_read(access, kind))
    return render(request, "annotation/writing_preview.html", {"prompts": prompts_shown(said)})


def prompts_shown(said: WritingInput) -> list[list[dict[str, str]]]:
    """Each prompt with its answer, as a conversation; nothing while there is nothing to read."""
    return [
        [{"role": "user", "content": text}]
        + ([{"role": "assistant", "content": answer}] if answer and answer.strip() else [])
        for text, answer in said.prompts()
        if text.strip()
    ]


@project_view(LABELER)
def written(request: HttpRequest, access: Access) -> HttpResponse:
    """What the labeler has written, the latest first."""
    rows = (
        Writing.objects.filter(project=access.project, labeler=access.user)
        .prefetch_related("prompts__prompt")
        .order_by("-pk")[:SHOWN]
    )
    context = {
        "writings": rows,
        "shown": SHOWN,
        "quota": quota_get(project=access.project, labeler=access.user),
        "withdraw_hours": int(WITHDRAW_WITHIN.total_seconds() // 3600),
        "withdraw_since": timezone.now() - WITHDRAW_WITHIN,
    }
    return render(request, "annotation/written.html", context)


@action_view(LABELER, page="written")
def written_withdraw(request: HttpRequest, access: Access) -> HttpResponse:
    try:
        public_id = UUID(request.POST.get("writing", ""))
    except ValueError:
        raise Http404(_("Nothing of yours.")) from None
    writing = writing_get(labeler=access.user, project=access.project, public_id=public_id)
    try:
        writing_withdraw(labeler=access.user, writing=writing)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("written", access.project.slug)
