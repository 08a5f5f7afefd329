"""The first page of a project. It reads across the subpackages, so it stands above them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from annotation.feedback.asking import MOST_ASKED, demonstrations_ask, prompts_undemonstrated
from annotation.models import MembershipRole
from annotation.overview import project_overview
from annotation.people.access import Access, action_view, project_view

Role = MembershipRole.Role
MAY_ASK = (Role.ADMIN, Role.RESEARCHER)


@project_view(Role.ADMIN, Role.RESEARCHER, Role.REVIEWER)
def project(request: HttpRequest, access: Access) -> HttpResponse:
    context = {
        "overview": project_overview(access.project),
        "batches": access.project.import_batches.order_by("-pk")[:5],
        "is_admin": access.has(Role.ADMIN),
        "ask": ask_context(access) if access.has(*MAY_ASK) else None,
    }
    return render(request, "annotation/project_overview.html", context)


def ask_context(access: Access) -> dict[str, int]:
    """The form's: how many prompts have no demonstration, how many it asks for, and at most."""
    left = prompts_undemonstrated(access.project).count()
    return {"left": left, "count": min(left, 20), "most": min(left, MOST_ASKED)}


@action_view(*MAY_ASK, page="project")
def project_ask(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask labelers for demonstrations of prompts that have none."""
    try:
        count = int(request.POST.get("count", ""))
    except ValueError:
        count = 0  # refused below, with the words for a number that is out of range
    try:
        asked = demonstrations_ask(actor=access.user, project=access.project, count=count)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = "1 demonstration" if asked == 1 else f"{asked:,} demonstrations"
        messages.success(request, f"Labelers are asked for {words} now.")
    return redirect("project", access.project.slug)
