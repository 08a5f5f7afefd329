"""An admin's page to make a new project like this one, and how far its prompts are."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.copying import project_copy
from annotation.models import MembershipRole, Project
from annotation.people.access import Access, project_view
from annotation.people.project_views import form_errors_take
from annotation.people.projects import project_may_create
from annotation.pool.copying import prompts_to_copy
from annotation.pool.models import PromptJob

ADMIN = MembershipRole.Role.ADMIN


class CopyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Stands in every link. Made from the name when left empty."),
    )
    prompts = forms.BooleanField(label=gettext_lazy("Its prompts too"), required=False)
    members = forms.BooleanField(label=gettext_lazy("Its members too"), required=False)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug and Project.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another project has this address."))
        return slug


@project_view(ADMIN)
def copy_new(request: HttpRequest, access: Access) -> HttpResponse:
    if not project_may_create(access.user):
        raise PermissionDenied(_("Ask the site admin for a project of your own."))
    name = _("%(name)s, a copy") % {"name": access.project.name}
    form = CopyForm(request.POST or None, initial={"name": name[:120]})
    if form.is_valid():
        try:
            made = project_copy(actor=access.user, source=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            if form.cleaned_data["prompts"]:
                return redirect("project-copied", made.slug)
            messages.success(request, _("%(name)s is ready.") % {"name": made.name})
            return redirect("project-edit", made.slug)
    count = prompts_to_copy(access.project).count()
    return render(request, "annotation/copy_new.html", {"form": form, "count": count})


@project_view(ADMIN)
def copied(request: HttpRequest, access: Access) -> HttpResponse:
    """How far the prompts are (polled)."""
    jobs = PromptJob.objects.filter(project=access.project, kind=PromptJob.Kind.COPY)
    job = get_object_or_404(jobs.order_by("-pk")[:1])
    page = "copy_state" if request.headers.get("HX-Request") else "copy_show"
    return render(request, f"annotation/{page}.html", {"job": job})
