"""An import's pages: upload, preview, start, progress and report."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.exchange.imports import (
    batch_cancel,
    batch_preview,
    batch_start,
    batch_upload,
)
from annotation.exchange.repeating import batch_repeat
from annotation.exchange.reports import report_told
from annotation.models import ImportBatch, MembershipRole
from annotation.people.access import Access, action_view, project_view

Role = MembershipRole.Role


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.json,.csv,.parquet,.gz"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=ImportBatch.Kind.choices,
        initial=ImportBatch.Kind.AUTO,
    )

    licence = forms.CharField(label=gettext_lazy("Licence"), required=False, max_length=120)
    notes = forms.CharField(
        label=gettext_lazy("Where it comes from, who consented to what"),
        required=False,
        max_length=2_000,
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_IMPORT_BYTES:
            raise ValidationError(_("This file is larger than the site takes. Split it."))
        return file


@project_view(Role.ADMIN)
def imports(request: HttpRequest, access: Access) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = batch_upload(
                actor=access.user,
                project=access.project,
                file=file,
                filename=file.name,
                kind=form.cleaned_data["kind"],
                licence=form.cleaned_data["licence"],
                notes=form.cleaned_data["notes"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("import", access.project.slug, batch.pk)
    batches = access.project.import_batches.select_related("created_by").order_by("-pk")[:50]
    return render(request, "annotation/import_list.html", {"form": form, "batches": batches})


def batch_of(access: Access, batch_id: int) -> ImportBatch:
    return get_object_or_404(access.project.import_batches, pk=batch_id)


@project_view(Role.ADMIN)
def import_show(request: HttpRequest, access: Access, batch_id: int) -> HttpResponse:
    """The import in its state: preview, progress (polled), or report."""
    batch = batch_of(access, batch_id)
    context: dict[str, Any] = {"batch": batch, "report": report_told(batch.report)}
    if batch.state == ImportBatch.State.PREVIEW:
        context["preview"] = batch_preview(batch=batch)
    page = "import_state" if request.headers.get("HX-Request") else "import_show"
    return render(request, f"annotation/{page}.html", context)


@action_view(Role.ADMIN, page="import")
def import_start(request: HttpRequest, access: Access, batch_id: int) -> HttpResponse:
    good_lines_only = request.POST.get("lines") == "good"
    try:
        batch_start(
            actor=access.user,
            batch=batch_of(access, batch_id),
            good_lines_only=good_lines_only,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("import", access.project.slug, batch_id)


@action_view(Role.ADMIN, page="import")
def import_cancel(request: HttpRequest, access: Access, batch_id: int) -> HttpResponse:
    try:
        batch_cancel(batch=batch_of(access, batch_id))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("import", access.project.slug, batch_id)


@action_view(Role.ADMIN, page="import")
def import_repeat(request: HttpRequest, access: Access, batch_id: int) -> HttpResponse:
    try:
        batch_id = batch_repeat(actor=access.user, batch=batch_of(access, batch_id)).pk
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("import", access.project.slug, batch_id)
