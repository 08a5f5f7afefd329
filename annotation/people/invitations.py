"""Inviting people into a project, and coming in by an invitation.

A secret of 256 bits stands in the link and nowhere else: a link is shown once, an e-mail's is made
as it is written. Whether an address has an account is neither asked nor told. An invitation ends
with the standing of who made it: nobody leaves themselves a way back in.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.people.invitation_models import Invitation, InvitationUse
from annotation.people.mail_models import Mail
from annotation.people.mails import mail_queue, writer_register
from annotation.people.members import state_first
from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.people.projects import (
    audit,
    member_add,
    member_update,
    roles_validate,
    skills_read,
    user_create,
)
from annotation.people.secrets import secret_hash
from annotation.tags import languages_read
from annotation.texts import text_validate

MOST_AT_ONCE = 200
MOST_A_DAY = 1_000
MOST_DAYS = 90
MOST_USES = 1_000
RESEND_AFTER = timedelta(minutes=1)
Standing = Invitation.Standing


class InvitationOverError(ValidationError):
    """A link that brings nobody in any more; its message says why, in words for who followed it."""


def offer_read(
    *,
    project: Project,
    roles: Iterable[str],
    state: str = "",
    heldout: bool = False,
    languages: Iterable[str] = (),
    skills: Iterable[str] = (),
    days: int = 14,
) -> dict[str, Any]:
    """What is offered, checked, as the fields of Invitation; an empty `state` is state_first's.

    Raises ValidationError by field.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": _("From 1 to %(most)s days.") % {"most": MOST_DAYS}})
    roles = roles_validate(list(roles))
    state = state or state_first(project=project, roles=roles)
    if state not in (Membership.State.ACTIVE, Membership.State.ONBOARDING):
        raise ValidationError({"state": _("Who is invited begins as active or in onboarding.")})
    return {
        "roles": roles,
        "state": state,
        "heldout": heldout,
        "languages": languages_read(languages),
        "skills": skills_read(skills),
        "days": days,
        "expires_at": timezone.now() + timedelta(days=days),
    }


def addresses_read(text: str | Iterable[str]) -> list[str]:
    """Addresses as people paste them, each once: between blanks, commas, semicolons or lines, or
    as "Nora <nora@example.org>". Raises ValidationError that names those that are none."""
    if not isinstance(text, str):
        text = "\n".join(text)
    for mark in ",;":
        text = text.replace(mark, "\n")
    found: dict[str, str] = {}
    wrong: list[str] = []
    for line in text.splitlines():
        said = line.rpartition("<")[2].partition(">")[0] if "<" in line else line
        for address in said.split():
            try:
                validate_email(address)
            except ValidationError:
                wrong.append(address[:80])
            else:
                found.setdefault(address.casefold(), User.objects.normalize_email(address))
    if wrong:
        words = _("Not an e-mail address: %(wrong)s.")
        raise ValidationError({"emails": words % {"wrong": ", ".join(wrong[:10])}})
    if not found:
        raise ValidationError({"emails": _("Give one address at least.")})
    if len(found) > MOST_AT_ONCE:
        words = _("At most %(most)s addresses at once.")
        raise ValidationError({"emails": words % {"most": MOST_AT_ONCE}})
    return list(found.values())


def invitations_mail(
    *,
    actor: User,
    project: Project,
    emails: str | Iterable[str],
    origin: str,
    language: str,
    **offer: Any,
) -> list[Invitation]:
    """Invite each of the addresses by e-mail. One that is invited already stays so, unchanged.

    Returns the new ones. Raises ValidationError by field; then nobody is invited.
    """
    addresses, offered = addresses_read(emails), offer_read(project=project, **offer)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        waiting = Invitation.objects.filter(
            project=project, revoked_at=None, uses=0, expires_at__gt=timezone.now()
        ).exclude(email="")
        invited = {email.casefold() for email in waiting.values_list("email", flat=True)}
        fresh = [address for address in addresses if address.casefold() not in invited]
        mails_allow(project=project, count=len(fresh))
        made = [
            Invitation.objects.create(project=project, email=email, created_by=actor, **offered)
            for email in fresh
        ]
        for invitation in made:
            invitation_send(invitation, origin=origin, language=language)
            invitation_audit(actor, invitation, "invitation_create", roles=invitation.roles)
    return made


def mails_allow(*, project: Project, count: int) -> None:
    """Nobody is to flood the world with a project's invitations."""
    since = timezone.now() - timedelta(days=1)
    sent = Mail.objects.filter(invitation__project=project, created_at__gt=since).count()
    if sent + count > MOST_A_DAY:
        words = _("A project sends at most %(most)s invitations a day. Go on tomorrow.")
        raise ValidationError({"emails": words % {"most": MOST_A_DAY}})


def invitation_send(invitation: Invitation, *, origin: str, language: str) -> None:
    mail_queue(
        kind=Mail.Kind.INVITATION,
        address=invitation.email,
        origin=origin,
        language=language,
        invitation=invitation,
    )


def invitation_link(
    *, actor: User, project: Project, most_uses: int = 1, note: str = "", **offer: Any
) -> tuple[Invitation, str]:
    """Make a link; returns the secret that it ends in, which nobody can look up again."""
    if not 1 <= most_uses <= MOST_USES:
        words = _("From 1 to %(most)s people.")
        raise ValidationError({"most_uses": words % {"most": MOST_USES}})
    text_validate(note, what=_("The note"), limit=120, blank=True)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            project=project,
            note=note.strip(),
            most_uses=most_uses,
            token_hash=secret_hash(secret),
            created_by=actor,
            **offer_read(project=project, **offer),
        )
        invitation_audit(
            actor, invitation, "invitation_create", roles=invitation.roles, most_uses=most_uses
        )
    return invitation, secret


def invitation_audit(actor: User, invitation: Invitation, verb: str, **data: Any) -> None:
    project = invitation.project
    audit(project=project, actor=actor, verb=verb, target=str(invitation), **data)


def invitation_revoke(*, actor: User, invitation: Invitation) -> None:
    """End an invitation at once. Raises ValidationError for one that is over."""
    with transaction.atomic():
        open_ones = Invitation.objects.filter(pk=invitation.pk, revoked_at=None)
        if not open_ones.filter(uses__lt=F("most_uses")).update(revoked_at=timezone.now()):
            raise ValidationError(_("This invitation is over already."))
        invitation_audit(actor, invitation, "invitation_revoke")


def invitation_resend(*, actor: User, invitation: Invitation, origin: str, language: str) -> None:
    """Write to the address once more, with a new link, and let it run from now."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if not invitation.email or invitation.standing in (Standing.USED, Standing.REVOKED):
            raise ValidationError(_("Only an invitation by e-mail that is open is sent again."))
        last = invitation.mails.order_by("-pk").first()
        if last and last.created_at > timezone.now() - RESEND_AFTER:
            raise ValidationError(_("It was sent within the last minute: give it some time."))
        mails_allow(project=invitation.project, count=1)
        waiting = invitation.mails.filter(state=Mail.State.QUEUED)
        waiting.update(state=Mail.State.DROPPED)
        invitation.expires_at = timezone.now() + timedelta(days=invitation.days)
        invitation.save(update_fields=["expires_at"])
        invitation_send(invitation, origin=origin, language=language)
        invitation_audit(actor, invitation, "invitation_resend")


def invitation_write(mail: Mail) -> Iterator[EmailMessage]:
    """The e-mail, with a secret made for it: a later one's takes the place of an earlier one's."""
    invitation = mail.invitation
    if invitation is None or over_because(invitation):
        return
    secret = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=secret_hash(secret))
    context = {
        "invitation": invitation,
        "project": invitation.project,
        "roles": [str(MembershipRole.Role(role).label) for role in invitation.roles],
        "by": invitation.created_by.get_full_name() or invitation.created_by.username,
        "link": f"{mail.origin}{reverse('invitation', args=[secret])}",
    }
    yield EmailMessage(
        subject=" ".join(
            (_("An invitation to %(project)s") % {"project": invitation.project.name}).split()
        ),
        body=render_to_string("annotation/mail/invitation.txt", context),
        to=[mail.address],
    )


writer_register(Mail.Kind.INVITATION, invitation_write)


def over_because(invitation: Invitation) -> str:
    """Why it brings nobody in any more, in words for who followed its link; "" where it does."""
    words = {
        Standing.REVOKED: _("This invitation was taken back."),
        Standing.USED: _("This invitation has been used."),
        Standing.EXPIRED: _("This invitation has expired."),
    }
    if not inviter_may(invitation):
        return words[Standing.REVOKED]
    return words.get(invitation.standing, "")


def inviter_may(invitation: Invitation) -> bool:
    """Whether who made it could make it now."""
    maker = invitation.created_by
    admins = MembershipRole.objects.filter(
        role=MembershipRole.Role.ADMIN,
        membership__project=invitation.project_id,
        membership__user=maker,
        membership__state=Membership.State.ACTIVE,
    )
    return maker.is_active and (maker.is_superuser or admins.exists())


def invitation_find(*, secret: str) -> Invitation:
    """The open invitation of a link. Raises InvitationOverError for any other."""
    found = Invitation.objects.select_related("project", "created_by")
    invitation = found.filter(token_hash=secret_hash(secret)).first()
    if invitation is None:
        raise InvitationOverError(
            _(
                "There is no such invitation: the link was not copied whole, or a later e-mail "
                "took its place."
            )
        )
    if words := over_because(invitation):
        raise InvitationOverError(words)
    return invitation


def invitation_accept(*, secret: str, user: User) -> Membership:
    """Make `user` a member as the link offers. Raises ValidationError where that does not go; a
    member uses nothing up."""
    with transaction.atomic():
        invitation = invitation_find(secret=secret)
        place = Invitation.objects.filter(
            pk=invitation.pk,
            revoked_at=None,
            uses__lt=F("most_uses"),
            expires_at__gt=timezone.now(),
        )
        if not place.update(uses=F("uses") + 1):
            raise InvitationOverError(_("This invitation has been used."))
        membership = membership_begin(invitation, user)
        InvitationUse.objects.create(invitation=invitation, user=user)
        invitation_audit(user, invitation, "invitation_accept", by=invitation.created_by.username)
    return membership


def membership_begin(invitation: Invitation, user: User) -> Membership:
    """A new membership, or that of somebody whom an admin has entered as invited."""
    held = Membership.objects.filter(project=invitation.project, user=user).first()
    matched = {"languages": invitation.languages, "skills": invitation.skills}
    if held is None:
        return member_add(
            actor=None,
            project=invitation.project,
            user=user,
            roles=invitation.roles,
            state=invitation.state,
            heldout=invitation.heldout,
            **matched,
        )
    if held.state == Membership.State.SUSPENDED:
        raise ValidationError(
            _("Your membership in this project is suspended: only an admin can change that.")
        )
    if held.state != Membership.State.INVITED:
        raise ValidationError(_("You are a member of this project already."))
    roles = {*invitation.roles, *held.roles.values_list("role", flat=True)}
    return member_update(
        actor=None,
        membership=held,
        roles=sorted(roles),
        state=invitation.state,
        heldout=held.heldout or invitation.heldout,
    )


def invitation_register(
    *, secret: str, username: str, password: str, email: str = ""
) -> tuple[User, Membership]:
    """Make an account and come in with it: both, or ValidationError by field and neither."""
    with transaction.atomic():
        invitation = invitation_find(secret=secret)
        user = user_create(
            actor=None, username=username, password=password, email=invitation.email or email
        )
        return user, invitation_accept(secret=secret, user=user)
