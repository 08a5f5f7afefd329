"""Pages about how the work goes on: the admin's, and each labeler's own."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from annotation.charts import LineChart, bar_chart, line_chart, round_above
from annotation.numerals import numeral
from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.progress.done import PROMPT
from annotation.progress.forms import RatesForm, SurveyForm
from annotation.progress.own_figures import own_of
from annotation.progress.project_figures import Day, progress_of
from annotation.progress.rates import rates_of, rates_update
from annotation.progress.survey import LEAST, POINTS, survey_answer, survey_months, survey_open
from annotation.queue.models import Task

ADMIN, LABELER = MembershipRole.Role.ADMIN, MembershipRole.Role.LABELER
KINDS = {**dict(Task.Kind.choices), PROMPT: gettext_lazy("Prompt written")}


@require_http_methods(["GET"])
@project_view(ADMIN)
def progress(request: HttpRequest, access: Access) -> HttpResponse:
    found = progress_of(access.project)
    context = {
        "progress": found,
        "kinds": kinds_named(found.kinds),
        "throughput": throughput_chart([(row.day, row.done) for row in found.days]),
        "burn_down": burn_chart(found.days) if any(row.left for row in found.days) else None,
    }
    return render(request, "annotation/progress.html", context)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def rates(request: HttpRequest, access: Access) -> HttpResponse:
    form = RatesForm(request.POST or None, instance=rates_of(access.project))
    if form.is_valid():
        try:
            rates_update(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("progress", access.project.slug)
    return render(request, "annotation/progress_rates.html", {"form": form})


@require_http_methods(["GET"])
@project_view(ADMIN)
def survey_said(request: HttpRequest, access: Access) -> HttpResponse:
    """What labelers think of the work, month by month."""
    context = {
        "months": survey_months(access.project),
        "least": LEAST,
        "points": list(POINTS.values()),
    }
    return render(request, "annotation/progress_survey.html", context)


@require_http_methods(["GET"])
@project_view(LABELER)
def own(request: HttpRequest, access: Access) -> HttpResponse:
    found = own_of(labeler=access.user, project=access.project)
    context = {
        "own": found,
        "kinds": kinds_named(found.kinds),
        "chart": throughput_chart([(day, done) for day, done, _seconds in found.days]),
        "survey": survey_open(access.membership),
    }
    return render(request, "annotation/own_figures.html", context)


@require_http_methods(["GET", "POST"])
@project_view(LABELER)
def survey(request: HttpRequest, access: Access) -> HttpResponse:
    """This month's, for members only: a site admin who is none has no say."""
    form = SurveyForm(request.POST or None)
    may = survey_open(access.membership)
    if access.membership is not None and may and form.is_valid():
        try:
            survey_answer(
                membership=access.membership,
                points=form.points(),
                comment=form.cleaned_data["comment"],
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Thank you! Your answers are in, without your name."))
            return redirect("own-figures", access.project.slug)
    return render(request, "annotation/survey.html", {"form": form, "open": may, "least": LEAST})


def kinds_named(kinds: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(str(label), kinds[kind]) for kind, label in KINDS.items() if kinds.get(kind)]


def throughput_chart(days: Sequence[tuple[date, int]]) -> LineChart | None:
    """None where nothing was done."""
    if not any(done for _day, done in days):
        return None
    rows = [(day_short(day), f"{day_short(day)}: {numeral(done)}", done) for day, done in days]
    return bar_chart(rows)


def burn_chart(days: Sequence[Day]) -> LineChart:
    top = round_above(max(row.left for row in days))
    grid = [(value, numeral(value)) for value in (0, top / 2, top)]
    told = [
        (
            day_short(row.day),
            f"{day_short(row.day)}: {numeral(row.left)}",
            row.left,
            row.left,
            row.left,
        )
        for row in days
    ]
    return line_chart(told, grid=grid)


def day_short(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")
