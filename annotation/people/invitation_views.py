"""An admin's pages of invitations."""

from typing import Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from annotation.people.access import Access, action_view, project_view
from annotation.people.invitation_forms import InviteByEmailForm, InviteByLinkForm
from annotation.people.invitation_models import Invitation
from annotation.people.invitations import (
    invitation_link,
    invitation_resend,
    invitation_revoke,
    invitations_mail,
)
from annotation.people.mails import origin_of
from annotation.people.members import state_first
from annotation.people.models import MembershipRole, Project
from annotation.people.project_views import form_errors_take

ADMIN = MembershipRole.Role.ADMIN
PER_PAGE = 50


@project_view(ADMIN)
def invitations(request: HttpRequest, access: Access) -> HttpResponse:
    rows = access.project.invitations.select_related("created_by").order_by("-pk")
    page = Paginator(rows.prefetch_related("mails", "used_by__user"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    items = [invitation_item(row) for row in page.object_list]
    return render(request, "annotation/invitations.html", {"page": page, "items": items})


def invitation_item(row: Invitation) -> dict[str, Any]:
    standing = row.standing
    mails = sorted(row.mails.all(), key=lambda mail: mail.pk)
    is_open = standing == Invitation.Standing.OPEN
    return {
        "row": row,
        "standing": standing,
        "roles": [MembershipRole.Role(role).label for role in row.roles],
        "mail": mails[-1] if mails else None,
        "people": [use.user.username for use in row.used_by.all()],
        "revocable": standing in (Invitation.Standing.OPEN, Invitation.Standing.EXPIRED),
        "resendable": bool(row.email) and (is_open or standing == Invitation.Standing.EXPIRED),
    }


def offer_initial(project: Project) -> dict[str, Any]:
    roles = [MembershipRole.Role.LABELER.value]
    return {"roles": roles, "state": state_first(project=project, roles=roles)}


@project_view(ADMIN)
def invitation_new_email(request: HttpRequest, access: Access) -> HttpResponse:
    form = InviteByEmailForm(request.POST or None, initial=offer_initial(access.project))
    if form.is_valid():
        try:
            made = invitations_mail(
                actor=access.user,
                project=access.project,
                origin=origin_of(request),
                language=get_language() or "en",
                **form.cleaned_data,
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            words = ngettext(
                "%(count)s invitation is on its way.",
                "%(count)s invitations are on their way.",
                len(made),
            )
            none = _("All of these are invited already. Send theirs once more from the list.")
            messages.success(request, words % {"count": intcomma(len(made))} if made else none)
            return redirect("invitations", access.project.slug)
    context = {"form": form, "way": "email"}
    return render(request, "annotation/invitation_new.html", context)


@never_cache
@project_view(ADMIN)
def invitation_new_link(request: HttpRequest, access: Access) -> HttpResponse:
    """The link stands in the answer to the form alone: nothing that is stored could show it."""
    form = InviteByLinkForm(request.POST or None, initial=offer_initial(access.project))
    if form.is_valid():
        try:
            made, secret = invitation_link(
                actor=access.user, project=access.project, **form.cleaned_data
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            link = f"{origin_of(request)}{reverse('invitation', args=[secret])}"
            context = {"invitation": made, "link": link}
            return render(request, "annotation/invitation_made.html", context)
    context = {"form": form, "way": "link"}
    return render(request, "annotation/invitation_new.html", context)


def invitation_of(access: Access, invitation_id: int) -> Invitation:
    return get_object_or_404(access.project.invitations, pk=invitation_id)


@action_view(ADMIN, page="invitations")
def revoke(request: HttpRequest, access: Access, invitation_id: int) -> HttpResponse:
    invitation = invitation_of(access, invitation_id)
    try:
        invitation_revoke(actor=access.user, invitation=invitation)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(whom)s: taken back.") % {"whom": invitation})
    return redirect("invitations", access.project.slug)


@action_view(ADMIN, page="invitations")
def resend(request: HttpRequest, access: Access, invitation_id: int) -> HttpResponse:
    invitation = invitation_of(access, invitation_id)
    try:
        invitation_resend(
            actor=access.user,
            invitation=invitation,
            origin=origin_of(request),
            language=get_language() or "en",
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(whom)s: on its way once more.") % {"whom": invitation})
    return redirect("invitations", access.project.slug)
