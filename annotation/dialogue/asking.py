"""The page on which admins and researchers ask for dialogues."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from annotation.dialogue.answers import provider_find
from annotation.dialogue.forms import DialoguesForm
from annotation.dialogue.tasks import dialogues_ask
from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take

Role = MembershipRole.Role


@project_view(Role.ADMIN, Role.RESEARCHER)
def dialogues_new(request: HttpRequest, access: Access) -> HttpResponse:
    form = DialoguesForm(request.POST or None)
    if form.is_valid():
        try:
            tasks = dialogues_ask(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            words = "1 dialogue" if len(tasks) == 1 else f"{len(tasks):,} dialogues"
            messages.success(request, f"Labelers are asked for {words} now.")
            return redirect("project", access.project.slug)
    context = {"form": form, "live": provider_find(access.project) is not None}
    return render(request, "annotation/dialogues_new.html", context)
