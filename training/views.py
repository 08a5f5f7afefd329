"""The researcher's pages: rounds, the round as it happens, runs, models."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from annotation.models import MembershipRole
from annotation.people.access import Access, action_view, project_view
from inference.models import ModelVersion
from training.curves import curves_of, metrics_of, news_of, thin, watched_curves
from training.figures import label_of, metrics_text, phase_text
from training.logs import log_tail
from training.models import Round, Run, RunEvent
from training.notices import round_notice, run_notice
from training.prompts import prompts_unranked
from training.recipes import RECIPES
from training.rounds import round_cancel, round_go_on, round_retry, round_start, round_status
from training.runs import run_cancel
from training.samples import samples_of
from training.warnings import run_warnings

Role = MembershipRole.Role
POINTS = 300  # a curve needs no more on a screen
TABLE_ROWS = 40
EVENTS = 200


class RoundForm(forms.Form):
    recipe = forms.ChoiceField(
        label=_("Recipe"),
        choices=[(name, name) for name in RECIPES],
        widget=forms.RadioSelect,
        initial="laptop",
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        label=_("Seed"),
        help_text=_("The same seed on the same data draws the same samples."),
    )


@project_view(Role.RESEARCHER, Role.ADMIN)
def rounds(request: HttpRequest, access: Access) -> HttpResponse:
    rows = access.project.rounds.prefetch_related("stages").order_by("-number")
    context = {
        "rounds": rows,
        "running": next((row for row in rows if row.state == Round.State.RUNNING), None),
        "may_start": access.has(Role.RESEARCHER),
    }
    return render(request, "training/rounds.html", context)


@project_view(Role.RESEARCHER)
def round_new(request: HttpRequest, access: Access) -> HttpResponse:
    initial = {"recipe": request.GET.get("recipe", "laptop"), "seed": request.GET.get("seed", 0)}
    form = RoundForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            round_ = round_start(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("round", access.project.slug, round_.number)
    fresh = prompts_unranked(access.project.pk).count()
    context = {"form": form, "recipes": RECIPES.values(), "fresh": fresh}
    return render(request, "training/round_new.html", context)


@project_view(Role.RESEARCHER, Role.ADMIN)
def round_show(request: HttpRequest, access: Access, number: int) -> HttpResponse:
    """The whole page, or for htmx the part that changes while the round runs."""
    round_ = get_object_or_404(access.project.rounds, number=number)
    run = watched_run(round_)
    samples = samples_of(run) if run else []
    chosen = choice(request, len(samples))
    context = {
        "round": round_,
        "status": round_status(round_),
        "notice": round_notice(round_),
        "run": run,
        "curves": watched_curves(run) if run else [],
        "samples": samples,
        "sample": samples[chosen] if samples else None,
        "chosen": chosen,
        "may_start": access.has(Role.RESEARCHER),
    }
    page = "round_state" if request.headers.get("HX-Request") else "round"
    return render(request, f"training/{page}.html", context)


def watched_run(round_: Round) -> Run | None:
    """The run that works now, or the last one that began."""
    runs = Run.objects.filter(round_stage__round=round_).order_by("-round_stage__position")
    return runs.filter(attempt__gt=0).first() or runs.first()


def choice(request: HttpRequest, count: int) -> int:
    """Which of `count` samples the address asks for; the first for anything else."""
    asked = number_asked(request, "prompt")
    return asked if asked < count else 0


def number_asked(request: HttpRequest, name: str) -> int:
    """A number in the address that a database can hold; 0 for anything else."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) <= 18 else 0


@contextmanager
def refusal_shown(request: HttpRequest) -> Iterator[None]:
    """What a write refuses is said on the page that follows."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))


def round_action(write: Callable[..., object]) -> Callable[..., HttpResponseBase]:
    """A view that makes one write on a round, then shows the round."""

    @action_view(Role.RESEARCHER, page="round")
    def action(request: HttpRequest, access: Access, number: int) -> HttpResponse:
        round_ = get_object_or_404(access.project.rounds, number=number)
        with refusal_shown(request):
            write(actor=access.user, round=round_)
        return redirect("round", access.project.slug, number)

    return action


round_stop = round_action(round_cancel)
round_again = round_action(round_retry)
round_proceed = round_action(round_go_on)


def run_of(access: Access, run_id: int) -> Run:
    return get_object_or_404(access.project.runs, pk=run_id)


@project_view(Role.RESEARCHER, Role.ADMIN)
def run_show(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    run = run_of(access, run_id)
    points = metrics_of(run)
    samples = samples_of(run)
    chosen = choice(request, len(samples))
    events = run.events.exclude(type=RunEvent.Type.SAMPLE).order_by("-attempt", "-offset")
    output = ModelVersion.objects.filter(made_by=f"run:{run.pk}").first()
    context: dict[str, Any] = {
        "run": run,
        "notice": run_notice(run),
        "phase": phase_text(run.phase),
        "warnings": run_warnings(run),
        "curves": curves_of(run, points),
        "table": [
            (label_of(name), name, thin(found, TABLE_ROWS)) for name, found in points.items()
        ],
        "samples": samples,
        "sample": samples[chosen] if samples else None,
        "chosen": chosen,
        "events": events[:EVENTS],
        "inputs": run.inputs.select_related("model", "snapshot").order_by("pk"),
        "output": output,
        "made": metrics_text(output.metrics) if output else [],
        "log": log_tail(run),
        "may_start": access.has(Role.RESEARCHER),
    }
    page = "run_state" if request.headers.get("HX-Request") else "run"
    return render(request, f"training/{page}.html", context)


@action_view(Role.RESEARCHER, page="run")
def run_stop(request: HttpRequest, access: Access, run_id: int) -> HttpResponse:
    with refusal_shown(request):
        run_cancel(actor=access.user, run=run_of(access, run_id))
    return redirect("run", access.project.slug, run_id)


@project_view(Role.RESEARCHER, Role.ADMIN)
def run_points(request: HttpRequest, access: Access, run_id: int) -> JsonResponse:
    """The points after number `after`, for the curves (static/js/curves.js)."""
    run = run_of(access, run_id)
    news = news_of(run, number_asked(request, "after"))
    metrics = {
        name: list(zip(*thin(points, POINTS), strict=True)) for name, points in news.points.items()
    }
    return JsonResponse(
        {"ended": run.ended, "whole": news.whole, "last": news.last, "metrics": metrics}
    )


def made_by_run(model: ModelVersion) -> int | None:
    kind, _, number = (model.made_by or "").partition(":")
    return int(number) if kind == "run" else None


@project_view(Role.RESEARCHER, Role.ADMIN)
def models(request: HttpRequest, access: Access) -> HttpResponse:
    rows = [
        {
            "model": model,
            "run_id": made_by_run(model),
            "metrics": metrics_text(model.metrics),
        }
        for model in access.project.model_versions.order_by("-pk")
    ]
    return render(request, "training/models.html", {"models": rows})
