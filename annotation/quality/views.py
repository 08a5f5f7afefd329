"""The quality page: it reads what a worker stored, and asks for it anew."""

from dataclasses import fields

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.quality.asking import (
    latest_ranking,
    report_ask,
    report_of,
    thresholds_of,
    thresholds_update,
)
from annotation.quality.models import QualityReport, QualityThresholds
from annotation.quality.page import page_of
from annotation.quality.thresholds import Thresholds

Role = MembershipRole.Role
State = QualityReport.State


class ThresholdsForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = QualityThresholds
        fields = tuple(field.name for field in fields(Thresholds))


@project_view(Role.ADMIN, Role.REVIEWER)
def quality(request: HttpRequest, access: Access) -> HttpResponse:
    """The stored report; while another one is under way its state is polled."""
    report = report_of(access.project)
    under_way = report.state in (State.QUEUED, State.RUNNING)
    if request.headers.get("HX-Request"):
        response = render(
            request, "annotation/quality_state.html", {"report": report, "under_way": under_way}
        )
        if not under_way:
            response["HX-Refresh"] = "true"
        return response
    context = {
        "report": report,
        "under_way": under_way,
        "newer": latest_ranking(access.project) > report.through,
        "page": page_of(access.project, report),
        "is_admin": access.has(Role.ADMIN),
    }
    return render(request, "annotation/quality.html", context)


@action_view(Role.ADMIN, Role.REVIEWER, page="quality")
def quality_compute(_request: HttpRequest, access: Access) -> HttpResponse:
    report_ask(project=access.project)
    return redirect("quality", access.project.slug)


@project_view(Role.ADMIN)
def quality_settings(request: HttpRequest, access: Access) -> HttpResponse:
    """From which figures on a labeler is pointed out."""
    own = QualityThresholds(project=access.project)
    for name, value in vars(thresholds_of(access.project)).items():
        setattr(own, name, value)
    form = ThresholdsForm(request.POST or None, instance=own)
    if form.is_valid():
        thresholds_update(
            actor=access.user, project=access.project, thresholds=Thresholds(**form.cleaned_data)
        )
        messages.success(request, _("Saved. The report is computed anew."))
        return redirect("quality", access.project.slug)
    return render(request, "annotation/quality_settings.html", {"form": form})
