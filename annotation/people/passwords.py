"""A forgotten password, and a new one. The tokens and forms are Django's.

Who asks learns nothing about an address: whatever it is, a row waits, and a worker looks whose it
is. A row whose address belongs to nobody is dropped.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm, SetPasswordMixin
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from annotation.people.languages import language_known
from annotation.people.mail_models import Mail
from annotation.people.mails import mail_queue, writer_register
from annotation.people.models import User
from annotation.people.projects import audit

RESET_EVERY = timedelta(minutes=5)
"""A second e-mail to an address within it would only annoy whoever it belongs to."""


def password_reset_ask(*, email: str, origin: str, language: str) -> None:
    """Have a link for a new password sent to whoever has an account with this address."""
    asked = Mail.objects.filter(
        kind=Mail.Kind.PASSWORD_RESET,
        address__iexact=email,
        created_at__gt=timezone.now() - RESET_EVERY,
    )
    with transaction.atomic():
        if not asked.exists():
            mail_queue(
                kind=Mail.Kind.PASSWORD_RESET, address=email, origin=origin, language=language
            )


def reset_write(mail: Mail) -> Iterator[EmailMessage]:
    """A message for each account with the address: one person may have several."""
    for user in PasswordResetForm().get_users(mail.address):
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        token = default_token_generator.make_token(user)
        path = reverse("password-reset-confirm", args=[uid, token])
        context = {
            "user": user,
            "link": f"{mail.origin}{path}",
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        own = user.language if language_known(user.language) else mail.language
        with translation.override(own):
            yield EmailMessage(
                subject=_("A new password for Plumbline"),
                body=render_to_string("annotation/mail/password_reset.txt", context),
                to=[user.email],
            )


writer_register(Mail.Kind.PASSWORD_RESET, reset_write)


def password_change(*, form: "SetPasswordMixin[User]", user: User, verb: str) -> None:
    """Store the password that one of Django's forms has checked.

    Everybody who signed in with the old one is signed out by it, and so the token of the API, which
    an old password may have brought, is revoked too.
    """
    with transaction.atomic():
        form.set_password_and_save(user, "new_password1")
        Token.objects.filter(user=user).delete()
        audit(project=None, actor=user, verb=verb, target=user.username)


def email_change(*, user: User, email: str) -> None:
    """Where a link for a new password goes. Raises ValidationError."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        before, user.email = user.email, User.objects.normalize_email(email)
        user.full_clean(exclude=["password"])
        user.save(update_fields=["email"])
        if user.email != before:
            audit(
                project=None,
                actor=user,
                verb="email_change",
                target=user.username,
                changes={"email": [before, user.email]},
            )
