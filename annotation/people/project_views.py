"""An admin's pages of a project: its settings and its members."""

import json

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from annotation.people.access import Access, project_view
from annotation.people.forms import (
    MemberAddForm,
    MemberForm,
    OwnWorkForm,
    ProjectCreateForm,
    ProjectEditForm,
    ProjectForm,
)
from annotation.people.meanwhile import MeanwhileError, base_of, base_read
from annotation.people.members import member_enrol, member_prefer, state_first
from annotation.people.models import MembershipRole, Project, User
from annotation.people.projects import (
    CHANGEABLE,
    member_update,
    project_create,
    project_may_create,
    project_update,
)

ADMIN = MembershipRole.Role.ADMIN


def form_errors_take(form: forms.BaseForm, error: ValidationError) -> None:
    """Show what the domain refused beside the field it names, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # by login_required
    if not project_may_create(request.user):
        raise PermissionDenied(_("Ask the site admin for a project of your own."))
    form = ProjectCreateForm(request.POST or None, initial=ProjectForm.initial_new())
    if form.is_valid():
        try:
            project = project_create(actor=request.user, **form.changes())
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(
                request, _("%(name)s is ready. Add its members next.") % {"name": project.name}
            )
            return redirect("members", project.slug)
    return render(request, "annotation/project_edit.html", {"form": form, "project": None})


@project_view(ADMIN)
def project_edit(request: HttpRequest, access: Access) -> HttpResponse:
    project = access.project
    form = ProjectEditForm(request.POST or None, initial=ProjectEditForm.initial_of(project))
    base = base_of(project, CHANGEABLE) | base_read(request.POST.get("base", ""))
    if form.is_valid():
        try:
            project_update(actor=access.user, project=project, base=base, **form.changes())
        except MeanwhileError as error:
            base |= base_of(Project.objects.get(pk=project.pk), error.names)
            form_errors_take(form, error)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("project-edit", project.slug)
    context = {"form": form, "project": project, "base": json.dumps(base)}
    return render(request, "annotation/project_edit.html", context)


@login_required
@require_POST
def markdown_preview(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("instructions", "")
    return render(request, "annotation/project_preview.html", {"text": text})


@project_view(ADMIN)
def members(request: HttpRequest, access: Access) -> HttpResponse:
    rows = (
        access.project.memberships.select_related("user")
        .prefetch_related("roles")
        .order_by("user__username")
    )
    return render(request, "annotation/members.html", {"members": rows})


@project_view(ADMIN)
def member_new(request: HttpRequest, access: Access) -> HttpResponse:
    roles = [MembershipRole.Role.LABELER.value]
    first = {"state": state_first(project=access.project, roles=roles)}
    form = MemberAddForm(request.POST or None, initial=first)
    if form.is_valid():
        try:
            member = member_enrol(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("%(user)s is a member now.") % {"user": member.user})
            return redirect("members", access.project.slug)
    return render(request, "annotation/members_edit.html", {"form": form, "member": None})


@project_view(ADMIN)
def member_edit(request: HttpRequest, access: Access, member_id: int) -> HttpResponse:
    member = get_object_or_404(access.project.memberships.select_related("user"), pk=member_id)
    form = MemberForm(request.POST or None, initial=MemberForm.initial_of(member))
    if form.is_valid():
        try:
            member_update(actor=access.user, membership=member, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("%(user)s: saved.") % {"user": member.user})
            return redirect("members", access.project.slug)
    return render(request, "annotation/members_edit.html", {"form": form, "member": member})


@project_view(MembershipRole.Role.LABELER)
def work_settings(request: HttpRequest, access: Access) -> HttpResponse:
    """A labeler's own page: languages, and what they do not want to see."""
    if access.membership is None:
        messages.info(request, _("Only members have settings of their own."))
        return redirect("work", access.project.slug)
    form = OwnWorkForm(request.POST or None, membership=access.membership)
    if form.is_valid():
        said = {"declined": [], **form.cleaned_data}
        try:
            member_prefer(membership=access.membership, **said)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("work", access.project.slug)
    return render(request, "annotation/work_settings.html", {"form": form})
