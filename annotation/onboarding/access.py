"""Who may open the pages of their own onboarding: members who are in it, or were."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from annotation.onboarding.models import Candidate
from annotation.people.access import NOT_ACTIVE, Access
from annotation.people.models import Membership, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Membership, P], HttpResponseBase]


def member_view(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Decorate a view of one's own onboarding: it is called with the membership.

    Others find nothing (404), the suspended only where they were not accepted: that they may read.
    The invited get 403.
    """

    @login_required
    @wraps(view)
    def guarded(
        request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        membership = member_find(request.user, slug)
        roles = {row.role for row in membership.roles.all()}
        access = Access(membership.user, membership.project, membership, roles)
        request.access = access  # type: ignore[attr-defined]  # the navigation reads it
        return view(request, membership, *args, **kwargs)

    return guarded


def member_find(user: object, slug: str) -> Membership:
    """Raises Http404, PermissionDenied."""
    assert isinstance(user, User)  # by login_required
    rows = Membership.objects.filter(project__slug=slug, user=user)
    membership = rows.select_related("project", "user").prefetch_related("roles").first()
    if membership is None or (
        membership.state == Membership.State.SUSPENDED and not rejected(membership)
    ):
        raise Http404(_("No such project."))
    if membership.state == Membership.State.INVITED:
        raise PermissionDenied(NOT_ACTIVE)
    return membership


def rejected(membership: Membership) -> bool:
    turned_away = Candidate.objects.filter(membership=membership, state=Candidate.State.REJECTED)
    return turned_away.exists()
