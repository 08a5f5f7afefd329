"""The page on which admins and researchers ask for dialogues."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from annotation.dialogue.forms import DialoguesForm
from annotation.dialogue.tasks import dialogues_ask
from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.prompts.answers import provider_find
from annotation.prompts.marks import NONE

Role = MembershipRole.Role


@project_view(Role.ADMIN, Role.RESEARCHER)
def dialogues_new(request: HttpRequest, access: Access) -> HttpResponse:
    form = DialoguesForm(access.project, NONE, request.POST or None)
    if form.is_valid():
        try:
            marks = form.marks()
            tasks = dialogues_ask(
                actor=access.user, project=access.project, marks=marks, **form.cleaned_data
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            told = ngettext(
                "Labelers are asked for %(count)s dialogue now.",
                "Labelers are asked for %(count)s dialogues now.",
                len(tasks),
            )
            messages.success(request, told % {"count": intcomma(len(tasks))})
            return redirect("project", access.project.slug)
    context = {"form": form, "live": provider_find(access.project) is not None}
    return render(request, "annotation/dialogues_new.html", context)
