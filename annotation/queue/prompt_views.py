"""An admin's list of the project's prompts, and what each is marked as."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotation.people.access import Access, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.prompts.marks import marks_of, marks_read
from annotation.prompts.models import Prompt
from annotation.queue.marking import prompt_mark
from annotation.queue.prompt_forms import MarksForm, SearchForm

ADMIN = MembershipRole.Role.ADMIN
PER_PAGE = 25


@project_view(ADMIN)
def prompts(request: HttpRequest, access: Access) -> HttpResponse:
    """The list, the latest first; what the address asks for narrows it."""
    form = SearchForm(access.project, request.GET)
    page = Paginator(form.found(), PER_PAGE).get_page(request.GET.get("page"))
    items = [
        {
            "prompt": prompt,
            "marks": [
                *filter(None, [prompt.language]),
                *prompt.skills,
                *access.project.sensitive_named(prompt.sensitive),
            ],
        }
        for prompt in page.object_list
    ]
    context = {"form": form, "page": page, "items": items}
    return render(request, "annotation/prompts.html", context)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def prompt_marks(request: HttpRequest, access: Access, prompt_id: int) -> HttpResponse:
    """A prompt and its marks. A POST marks it anew, and its tasks with it.

    The address keeps what the list was narrowed to, for the way back.
    """
    visible = Prompt.objects.filter(project=access.project).visible()
    prompt = get_object_or_404(visible.select_related("project"), pk=prompt_id)
    form = MarksForm(access.project, marks_of(prompt), request.POST or None)
    if form.is_valid():
        try:
            prompt_mark(actor=access.user, prompt=prompt, marks=marks_read(**form.cleaned_data))
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("The prompt is marked, and its tasks with it."))
            page = reverse("prompts", args=[access.project.slug])
            return redirect(f"{page}?{request.GET.urlencode()}")
    context = {
        "form": form,
        "prompt": prompt,
        "messages_shown": prompt.messages,
        "text_language": prompt.language,
    }
    return render(request, "annotation/prompt_marks.html", context)
