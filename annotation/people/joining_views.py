"""Where the link of an invitation leads: to join, or to make an account and join."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from annotation.people.invitation_forms import RegistrationForm
from annotation.people.invitation_models import Invitation
from annotation.people.invitations import (
    InvitationOverError,
    invitation_accept,
    invitation_find,
    invitation_register,
)
from annotation.people.models import Membership, MembershipRole, User
from annotation.people.project_views import form_errors_take
from annotation.people.throttle import INVITATION_THROTTLES, tries_allowed

GONE = 410


@sensitive_post_parameters("password1", "password2")
@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        found = invitation_find(secret=secret)
        if isinstance(request.user, User):
            return join(request, found, secret)
        return register(request, found, secret)
    except InvitationOverError as error:
        context = {"words": " ".join(error.messages)}
        return render(request, "annotation/invitation_over.html", context, status=GONE)


def offer_context(found: Invitation) -> dict[str, Any]:
    return {
        "invitation": found,
        "project": found.project,
        "by": found.created_by.get_full_name() or found.created_by.username,
        "roles": [MembershipRole.Role(role).label for role in found.roles],
    }


def join(request: HttpRequest, found: Invitation, secret: str) -> HttpResponse:
    """Somebody with an account: a button."""
    assert isinstance(request.user, User)
    if request.method == "POST":
        try:
            membership = invitation_accept(secret=secret, user=request.user)
        except InvitationOverError:
            raise
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("home")
        welcome(request, membership)
        return redirect("home")
    return render(request, "annotation/invitation.html", offer_context(found))


def register(request: HttpRequest, found: Invitation, secret: str) -> HttpResponse:
    """Somebody new: a form. Who has an account signs in, and comes back."""
    throttled = request.method == "POST" and not tries_allowed(INVITATION_THROTTLES, request)
    data = None if throttled else request.POST or None
    form = RegistrationForm(data, asks_email=not found.email)
    if form.is_valid():
        said = form.cleaned_data
        try:
            user, membership = invitation_register(
                secret=secret,
                username=said["username"],
                password=said["password1"],
                email=said.get("email", ""),
            )
        except InvitationOverError:
            raise
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            login(request, user)
            welcome(request, membership)
            return redirect("home")
    context = {**offer_context(found), "form": form, "throttled": throttled}
    return render(request, "annotation/invitation.html", context, status=429 if throttled else 200)


def welcome(request: HttpRequest, membership: Membership) -> None:
    words = _("Welcome to %(project)s.")
    messages.success(request, words % {"project": membership.project.name})
