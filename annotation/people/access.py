"""Who may enter: every project page and API begins here.

An outsider gets 404, so that a project's name is not confirmed to exist; a member without the role
gets 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, SlugField
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.prepared import Param, Prepared

P = ParamSpec("P")
Role = MembershipRole.Role
NOT_ACTIVE = gettext_lazy(
    "Your membership in this project is not active yet. An admin of the project can change that."
)
INTRODUCED = gettext_lazy(
    "You are being introduced to this project. Go on with that from your home page."
)
NOT_THROUGH = gettext_lazy("That did not go through: please try again.")


class Access:
    """A user's standing in a project. The site admin holds every role, active members theirs."""

    def __init__(
        self, user: User, project: Project, membership: Membership | None, roles: set[str]
    ) -> None:
        self.user = user
        self.project = project
        self.membership = membership
        active = membership is not None and membership.state == Membership.State.ACTIVE
        self.roles = set(Role.values) if user.is_superuser else roles if active else set()

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


def access_get(*, user: Any, slug: str, roles: tuple[str, ...] = ()) -> Access:
    """Find `user`'s standing in the project `slug`.

    Raises Http404 for outsiders and suspended members, PermissionDenied for the invited and the
    onboarding, and for members who hold none of `roles` (any role when empty).
    """
    membership, held = membership_find(user=user, slug=slug)
    project = membership.project if membership else None
    if project is None and user.is_superuser:
        project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise Http404(_("No such project."))
    access = Access(user, project, membership, held)
    if not access.roles:
        onboards = membership is not None and membership.state == Membership.State.ONBOARDING
        raise PermissionDenied(INTRODUCED if onboards else NOT_ACTIVE)
    if roles and not access.has(*roles):
        raise PermissionDenied(_("Your role in this project does not open this page."))
    return access


# With each role a row: one query, as it comes before whatever any page does.
MEMBERSHIPS = Prepared(
    lambda: (
        Membership.objects.filter(project__slug=Param("slug", SlugField()), user_id=Param("user"))
        .exclude(state=Membership.State.SUSPENDED)
        .select_related("project")
        .annotate(role=F("roles__role"))
    )
)


def membership_find(*, user: Any, slug: str) -> tuple[Membership | None, set[str]]:
    """The membership, with its project, and the roles that it holds."""
    found = MEMBERSHIPS.all(user=user, slug=slug)
    return (found[0] if found else None), {row.role for row in found if row.role}


View = Callable[Concatenate[HttpRequest, Access, P], HttpResponseBase]


def project_view(*roles: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Decorate a view of a project: it is called with an `Access` in place of the slug."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(
            request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            access = access_get(user=request.user, slug=slug, roles=roles)
            request.access = access  # type: ignore[attr-defined]  # the navigation reads it
            return view(request, access, *args, **kwargs)

        return guarded

    return decorate


SiteView = Callable[Concatenate[HttpRequest, User, P], HttpResponse]


def site_view(view: SiteView[P]) -> Callable[..., HttpResponse]:
    """Decorate a view of the whole site: it is called with the site admin. Others get 403."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User) or not request.user.is_superuser:
            raise PermissionDenied(_("Only the site's admins come here."))
        return view(request, request.user, *args, **kwargs)

    return guarded


def action_view(*roles: str, page: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Decorate a view that a form of the page named `page` posts to, as project_view does.

    A GET comes from Back, or from the sign-in page where the session had ended: what was posted is
    gone, and the page is shown again with a word about it. Its address takes what the view takes,
    or the project alone.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @project_view(*roles)
        @wraps(view)
        def guarded(
            request: HttpRequest, access: Access, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, access, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["POST"])
            messages.warning(request, NOT_THROUGH)
            return redirect(page_address(page, access.project.slug, *args, *kwargs.values()))

        return guarded

    return decorate


def page_address(page: str, slug: str, *rest: object) -> str:
    """Of a page about the same row, or else about the project."""
    try:
        return reverse(page, args=[slug, *rest])
    except NoReverseMatch:
        return reverse(page, args=[slug])
