"""The page after sign-in: a desk for each project of the person, and what waits there.

It reads the queue and the people, so it stands above both.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.models import Candidate, Membership, MembershipRole, Project, User
from annotation.people.access import Access
from annotation.people.navigation import navigation_entries
from annotation.people.projects import project_may_create
from annotation.queue.standing import Standing, standings_get
from annotation.queue.unfinished import unfinished_of
from annotation.texts import amid

Role = MembershipRole.Role
NOTICES = {
    Membership.State.INVITED: gettext_lazy("You are invited; an admin has yet to let you in."),
    Membership.State.ONBOARDING: gettext_lazy(
        "You are being introduced; real tasks come afterwards."
    ),
    Membership.State.SUSPENDED: gettext_lazy("You were not accepted. Thank you for your time."),
}
# Who was not accepted sees that, and nothing else of the project.
SHUT_OUT = Q(state=Membership.State.SUSPENDED) & ~Q(candidate__state=Candidate.State.REJECTED)


@dataclass(frozen=True)
class Desk:
    """One project as its member sees it from home."""

    access: Access
    entries: list[dict[str, Any]]
    standing: Standing | None
    notice: str
    unfinished: int  # tasks begun and not handed in
    onboarding: str = ""  # where it is, for who goes through one, or was not accepted

    @property
    def writes(self) -> bool:
        """Whether writing prompts is what there is to do: no task waits, and prompts are wanted."""
        waits = self.standing and (self.standing.open or self.standing.waiting)
        return not waits and any(entry["name"] == "write" for entry in self.entries)

    @property
    def roles(self) -> list[str]:
        if self.access.membership is None:
            return [_("site admin")]
        return [amid(Role(role).label) for role in sorted(self.access.roles)]


def desks_of(user: User) -> list[Desk]:
    """The site admin sees every project, all others those they are members of."""
    memberships = {
        membership.project_id: membership
        for membership in user.memberships.exclude(SHUT_OUT)
        .select_related("project", "candidate")
        .prefetch_related("roles")
    }
    if user.is_superuser:
        projects = list(Project.objects.order_by("name"))
    else:
        projects = sorted((m.project for m in memberships.values()), key=lambda each: each.name)
    desks = [standing_of(user, project, memberships.get(project.pk)) for project in projects]
    labels = [each.project for each in desks if each.membership and each.has(Role.LABELER)]
    standings = standings_get(labeler=user, projects=labels)
    begun = unfinished_of(labeler=user, project_ids=standings.keys())
    unfinished = Counter(each.task.project_id for each in begun)
    return [
        desk_of(access, standings.get(access.project.pk), unfinished[access.project.pk])
        for access in desks
    ]


def standing_of(user: User, project: Project, membership: Membership | None) -> Access:
    roles = {row.role for row in membership.roles.all()} if membership else set()
    return Access(user, project, membership, roles)


def desk_of(access: Access, standing: Standing | None, unfinished: int) -> Desk:
    member = access.membership
    return Desk(
        access=access,
        # The labeler's entry is the Start button itself.
        entries=[entry for entry in navigation_entries(access) if entry["name"] != "work"],
        standing=standing,
        notice=str(NOTICES.get(Membership.State(member.state), "")) if member else "",
        unfinished=unfinished,
        onboarding=onboarding_of(access),
    )


def onboarding_of(access: Access) -> str:
    """The address of the person's onboarding where it is not over, or ended badly."""
    member, project = access.membership, access.project
    if member is None:
        return ""
    begun = member.state == Membership.State.ONBOARDING and project.onboards
    turned_away = member.state == Membership.State.SUSPENDED
    return reverse("onboarding", args=[project.slug]) if begun or turned_away else ""


@login_required
def home(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    context = {
        "desks": desks_of(request.user),
        "can_create": project_may_create(request.user),
        "create_url": reverse("project-new"),
    }
    return render(request, "annotation/home.html", context)
