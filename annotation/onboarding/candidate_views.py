"""Pages of those who screen: the candidates, the sheet of one, and the demonstrations to grade."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotation.feedback.drafts import number
from annotation.onboarding.decisions import candidate_decide, choices_of
from annotation.onboarding.forms import DecisionForm, GradeForm
from annotation.onboarding.grades import (
    Demonstration,
    demonstration_grade,
    demonstrations_ungraded,
)
from annotation.onboarding.models import Candidate
from annotation.onboarding.sheet import (
    candidates_listed,
    candidates_of,
    candidates_unbegun,
    sheet_of,
)
from annotation.people.access import Access, action_view, project_view
from annotation.people.mails import origin_of
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take

ADMIN, REVIEWER = MembershipRole.Role.ADMIN, MembershipRole.Role.REVIEWER
PER_PAGE = 50


@require_http_methods(["GET"])
@project_view(ADMIN, REVIEWER)
def candidates(request: HttpRequest, access: Access) -> HttpResponse:
    rows = candidates_listed(access.project)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": sum(row.waits for row in rows),
        "unbegun": candidates_unbegun(access.project),
        "ungraded": len(demonstrations_ungraded(reviewer=access.user, project=access.project)),
    }
    return render(request, "annotation/candidates.html", context)


def candidate_at(access: Access, place: int) -> Candidate:
    return get_object_or_404(candidates_of(access.project), number=place)


@require_http_methods(["GET"])
@project_view(ADMIN, REVIEWER)
def candidate(request: HttpRequest, access: Access, place: int) -> HttpResponse:
    found = candidate_at(access, place)
    return sheet_page(request, access, found, DecisionForm(choices_of(found)))


def sheet_page(
    request: HttpRequest, access: Access, found: Candidate, form: DecisionForm
) -> HttpResponse:
    context = {
        "sheet": sheet_of(found),
        "form": form,
        "may_decide": access.has(ADMIN) and bool(choices_of(found)),
    }
    status = 422 if form.errors else 200
    return render(request, "annotation/candidate.html", context, status=status)


@action_view(ADMIN, page="candidate")
def candidate_end(request: HttpRequest, access: Access, place: int) -> HttpResponse:
    """Decide, as the sheet's form says."""
    found = candidate_at(access, place)
    form = DecisionForm(choices_of(found), request.POST)
    if form.is_valid():
        try:
            candidate_decide(
                actor=access.user,
                candidate=found,
                origin=origin_of(request),
                language=get_language() or "en",
                **form.cleaned_data,
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Decided. The candidate is told."))
            return redirect("candidate", access.project.slug, place)
    return sheet_page(request, access, found, form)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN, REVIEWER)
def candidate_grading(request: HttpRequest, access: Access) -> HttpResponse:
    """The next demonstration to be graded; nothing tells whose it is."""
    waiting = demonstrations_ungraded(reviewer=access.user, project=access.project)
    if request.method == "GET":
        return grading_page(request, waiting, waiting[0] if waiting else None, GradeForm())
    form = GradeForm(request.POST)
    shown = demonstration_posted(request, waiting)
    if shown is None:
        messages.warning(request, _("That one is graded or decided on already."))
        return redirect("candidate-grading", access.project.slug)
    if form.is_valid():
        try:
            demonstration_grade(
                reviewer=access.user, attempt=shown.attempt, item=shown.item, **form.cleaned_data
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Graded."))
            return redirect("candidate-grading", access.project.slug)
    return grading_page(request, waiting, shown, form)


def demonstration_posted(
    request: HttpRequest, waiting: list[Demonstration]
) -> Demonstration | None:
    attempt, item = number(request.POST.get("attempt")), number(request.POST.get("item"))
    for each in waiting:
        if (each.attempt.pk, each.item) == (attempt, item):
            return each
    return None


def grading_page(
    request: HttpRequest,
    waiting: list[Demonstration],
    shown: Demonstration | None,
    form: GradeForm,
) -> HttpResponse:
    context = {"shown": shown, "left": len(waiting), "form": form}
    status = 422 if form.errors else 200
    return render(request, "annotation/candidate_grading.html", context, status=status)
