"""The first page of a project. It reads across the subpackages, so it stands above them."""

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from annotation.feedback.asking import MOST_ASKED, demonstrations_ask, prompts_undemonstrated
from annotation.harms import harms_count
from annotation.models import MembershipRole
from annotation.overview import project_overview
from annotation.people.access import Access, action_view, project_view

Role = MembershipRole.Role
MAY_ASK = (Role.ADMIN, Role.RESEARCHER)


@project_view(Role.ADMIN, Role.RESEARCHER, Role.REVIEWER)
def project(request: HttpRequest, access: Access) -> HttpResponse:
    is_admin = access.has(Role.ADMIN)
    context = {
        "overview": project_overview(access.project),
        "harms": harms_count(access.project) if is_admin else None,
        "batches": access.project.import_batches.order_by("-pk")[:5],
        "is_admin": is_admin,
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
        words = ngettext(
            "Labelers are asked for %(count)s demonstration now.",
            "Labelers are asked for %(count)s demonstrations now.",
            asked,
        )
        messages.success(request, words % {"count": intcomma(asked)})
    return redirect("project", access.project.slug)
