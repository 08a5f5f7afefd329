"""An admin's list of the project's prompts: found, changed together, and one by one."""

from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.pool.edits import MOST_NOW, change_read, prompts_edit
from annotation.pool.models import PromptJob
from annotation.pool.prompt_forms import EditForm, MarksForm, SearchForm
from annotation.pool.selecting import Wanted, firsts, prompts_select
from annotation.prompts.marks import marks_of, marks_read
from annotation.prompts.models import Prompt
from annotation.queue.marking import prompt_mark

ADMIN = MembershipRole.Role.ADMIN
PER_PAGE = 25


def number_of(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 19 else None


def page_of(rows: Any, said: QueryDict, ids: list[int]) -> dict[str, Any]:
    """A page of prompts, the latest first: those before one, or after one, or first of all `ids`.

    Pages are told by the prompts at their ends, so that the hundredth costs what the first does.
    """
    before, after = number_of(said.get("before")), number_of(said.get("after"))
    if after is not None:
        page = list(rows.filter(pk__gt=after).order_by("pk")[: PER_PAGE + 1])
        more = len(page) > PER_PAGE
        page = page[:PER_PAGE][::-1]
        return {"prompts": page, "later": more, "earlier": bool(page)}
    if before is None:
        rows = Prompt.objects.filter(pk__in=ids[: PER_PAGE + 1]).order_by("-pk")
    else:
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PER_PAGE + 1])
    return {
        "prompts": page[:PER_PAGE],
        "later": before is not None,
        "earlier": len(page) > PER_PAGE,
    }


@project_view(ADMIN)
def prompts(request: HttpRequest, access: Access) -> HttpResponse:
    """The list, the latest first; what the address asks for narrows it."""
    form = SearchForm(access.project, request.GET)
    rows = prompts_select(access.project, form.wanted())
    ids, more = firsts(rows)
    count = len(ids)
    page = page_of(rows, request.GET, ids)
    shown = page["prompts"]
    items = [
        {
            "prompt": prompt,
            "marks": [
                *filter(None, [prompt.language]),
                *prompt.skills,
                *access.project.sensitive_named(prompt.sensitive),
            ],
        }
        for prompt in shown
    ]
    edits = access.project.prompt_jobs.filter(kind=PromptJob.Kind.EDIT)
    context = {
        "form": form,
        "edit_form": EditForm(access.project),
        "items": items,
        "count": count,
        "past_count": more,
        "many": more or count > MOST_NOW,
        "later": shown[0].pk if shown and page["later"] else None,
        "earlier": shown[-1].pk if shown and page["earlier"] else None,
        "edit": edits.exclude(state=PromptJob.State.SUCCEEDED).order_by("pk").last(),
        "asked": request.GET.urlencode(),
    }
    return render(request, "annotation/prompts.html", context)


@action_view(ADMIN, page="prompts")
def prompts_change(request: HttpRequest, access: Access) -> HttpResponse:
    """Change those that are ticked, or all that the list was narrowed to."""
    asked = QueryDict(request.POST.get("asked", ""))
    form = EditForm(access.project, request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([each for errors in form.errors.values() for each in errors])
        if request.POST.get("scope") == "all":
            wanted = SearchForm(access.project, asked).wanted()
        else:
            ids = map(number_of, request.POST.getlist("prompt"))
            wanted = Wanted(ids=tuple(pk for pk in ids if pk is not None))
        count, job = prompts_edit(
            actor=access.user,
            project=access.project,
            wanted=wanted,
            change=change_read(**form.said()),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if job is not None:
            messages.success(request, _("A worker changes them now. You may leave this page."))
        else:
            words = ngettext(
                "%(count)s prompt is changed.", "%(count)s prompts are changed.", count
            )
            messages.success(request, words % {"count": intcomma(count)})
    page = reverse("prompts", args=[access.project.slug])
    return redirect(f"{page}?{asked.urlencode()}" if asked else page)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def prompt_marks(request: HttpRequest, access: Access, prompt_id: int) -> HttpResponse:
    """A prompt and its marks. A POST marks it anew, and its tasks with it.

    The address keeps what the list was narrowed to, for the way back.
    """
    visible = Prompt.objects.filter(project=access.project).visible()
    prompt = get_object_or_404(visible.select_related("project", "batch"), pk=prompt_id)
    form = MarksForm(access.project, marks_of(prompt), request.POST or None)
    if form.is_valid():
        try:
            prompt_mark(actor=access.user, prompt=prompt, marks=marks_read(**form.cleaned_data))
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("The prompt is marked, and its tasks with it."))
            page = reverse("prompts", args=[access.project.slug])
            return redirect(f"{page}?{request.GET.urlencode()}")
    context = {
        "form": form,
        "prompt": prompt,
        "messages_shown": prompt.messages,
        "text_language": prompt.language,
        "findings": prompt.findings.order_by("pk"),
    }
    return render(request, "annotation/prompt_marks.html", context)
