"""The first page of a project. It reads across the subpackages, so it stands above them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.models import MembershipRole
from annotation.overview import project_overview
from annotation.people.access import Access, project_view

Role = MembershipRole.Role


@project_view(Role.ADMIN, Role.RESEARCHER, Role.REVIEWER)
def project(request: HttpRequest, access: Access) -> HttpResponse:
    context = {
        "overview": project_overview(access.project),
        "batches": access.project.import_batches.order_by("-pk")[:5],
        "is_admin": access.has(Role.ADMIN),
    }
    return render(request, "annotation/project_overview.html", context)
