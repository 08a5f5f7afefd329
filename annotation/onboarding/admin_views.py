"""An admin's pages of the onboarding: its steps, each of them, and how a candidate sees it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from annotation.feedback.letters import LETTERS
from annotation.onboarding.answers import asked_of
from annotation.onboarding.attempts import ready
from annotation.onboarding.forms import STEP_FORMS
from annotation.onboarding.models import OnboardingStep
from annotation.onboarding.parts import DEMONSTRATION, RANKING, Part, parts_of
from annotation.onboarding.records import acknowledged_of, outstanding_of, versions_of
from annotation.onboarding.steps import (
    step_create,
    step_move,
    step_retire,
    step_update,
    steps_of,
)
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take

ADMIN = MembershipRole.Role.ADMIN
Kind = OnboardingStep.Kind
PER_PAGE = 50
KINDS = [
    (
        Kind.READ,
        gettext_lazy("A text, or the instructions, to be acknowledged."),
    ),
    (Kind.CONSENT, gettext_lazy("A statement to agree to, kept with its version.")),
    (Kind.QUIZ, gettext_lazy("Questions with right answers, explained afterwards.")),
    (Kind.PRACTICE, gettext_lazy("Rankings with feedback, which count for nothing.")),
    (Kind.SCREENING, gettext_lazy("Flags, rankings, answers and topics: measured, then decided.")),
]


@require_http_methods(["GET"])
@project_view(ADMIN)
def onboarding_steps(request: HttpRequest, access: Access) -> HttpResponse:
    steps = list(steps_of(access.project).select_related("project"))
    screened = any(each.kind == Kind.SCREENING for each in steps)
    context = {
        "steps": [(each, ready(each)) for each in steps],
        "kinds": [
            (kind, kind.label, words)
            for kind, words in KINDS
            if not (screened and kind == Kind.SCREENING)
        ],
        "screened": screened,
    }
    return render(request, "annotation/onboarding_steps.html", context)


def step_of(access: Access, step_id: int) -> OnboardingStep:
    return get_object_or_404(steps_of(access.project).select_related("project"), pk=step_id)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def onboarding_step_new(request: HttpRequest, access: Access, kind: str) -> HttpResponse:
    if kind not in STEP_FORMS:
        raise Http404(_("No such kind of step."))
    form = STEP_FORMS[kind](access.project, None, request.POST or None)
    if form.is_valid():
        try:
            step_create(
                actor=access.user,
                project=access.project,
                kind=kind,
                ask_now=bool(form.cleaned_data.get("ask")),
                **form.said(),
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("The step is there, as the last one."))
            return redirect("onboarding-steps", access.project.slug)
    context = {"form": form, "kind": Kind(kind), "step": None}
    return render(request, "annotation/onboarding_step_edit.html", context)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def onboarding_step_edit(request: HttpRequest, access: Access, step_id: int) -> HttpResponse:
    step = step_of(access, step_id)
    form = STEP_FORMS[step.kind](access.project, step, request.POST or None)
    if form.is_valid():
        ask = bool(form.cleaned_data.get("ask"))
        try:
            step_update(actor=access.user, step=step, ask_again=ask, **form.said())
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("onboarding-steps", access.project.slug)
    context = {"form": form, "kind": Kind(step.kind), "step": step}
    return render(request, "annotation/onboarding_step_edit.html", context)


@require_http_methods(["GET"])
@project_view(ADMIN)
def onboarding_step_history(request: HttpRequest, access: Access, step_id: int) -> HttpResponse:
    """What the step said in each version, and who acknowledged which."""
    step = step_of(access, step_id)
    rows = Paginator(acknowledged_of(step), PER_PAGE)
    context = {
        "step": step,
        "acknowledges": step.kind in OnboardingStep.ACKNOWLEDGED,
        "page": rows.get_page(request.GET.get("page")),
        "outstanding": outstanding_of(step),
        "versions": versions_of(step),
    }
    return render(request, "annotation/onboarding_step_history.html", context)


@require_http_methods(["GET"])
@project_view(ADMIN)
def onboarding_preview(request: HttpRequest, access: Access, step_id: int) -> HttpResponse:
    """The step as a candidate sees it, all parts on one page; nothing is kept."""
    step = step_of(access, step_id)
    parts = parts_of(kind=step.kind, content=step.content, project=step.project)
    context = {
        "step": step,
        "content": step.content,
        "question": step.content.get("question", ""),
        "parts": [part_previewed(part) for part in parts],
    }
    return render(request, "annotation/onboarding_preview.html", context)


def part_previewed(part: Part) -> dict[str, Any]:
    if part.kind == RANKING:
        slots = part.item.task.slots.select_related("completion").order_by("slot")
        answers = [
            (letter, slot.completion.text) for letter, slot in zip(LETTERS, slots, strict=False)
        ]
        return {"part": part, "messages_shown": part.item.task.messages, "answers": answers}
    if part.kind == DEMONSTRATION:
        return {"part": part, "prompt": part.item}
    return {"part": part, "asked": asked_of(part, {})}


@action_view(ADMIN, page="onboarding-steps")
def onboarding_step_move(request: HttpRequest, access: Access, step_id: int) -> HttpResponse:
    """One place up, or down."""
    by = -1 if request.POST.get("way") == "up" else 1
    step = step_of(access, step_id)
    step_move(actor=access.user, step=step, by=by)
    messages.success(request, _("%(title)s: moved.") % {"title": step.title})
    return redirect("onboarding-steps", access.project.slug)


@action_view(ADMIN, page="onboarding-steps")
def onboarding_step_end(request: HttpRequest, access: Access, step_id: int) -> HttpResponse:
    step = step_of(access, step_id)
    step_retire(actor=access.user, step=step)
    messages.success(request, _("%(title)s: retired. What was said stays.") % {"title": step.title})
    return redirect("onboarding-steps", access.project.slug)
