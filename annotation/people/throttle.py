"""Passwords are not to be guessed at speed: one count for the sign-in page and the API's token.

The count is in the database, so that all processes and machines share it.
"""

import hashlib
import unicodedata
from datetime import timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from annotation.people.models import SignInTry

WINDOW = 60
"""Seconds for which a try counts, a refused one too."""


def sign_in_try(*, key: str) -> int:
    """Count a try; returns how many there were within the window, this one among them.

    Written and committed first, counted after: of tries at the same moment each sees the others.
    """
    now = timezone.now()
    since = now - timedelta(seconds=WINDOW)
    with transaction.atomic():
        SignInTry.objects.filter(at__lt=since).delete()
        SignInTry.objects.create(key=key, at=now)
    return SignInTry.objects.filter(key=key, at__gte=since).count()


class TriesThrottle(BaseThrottle):
    """At most `most` tries within the window by whatever `ident` tells apart."""

    most: ClassVar[int]

    def ident(self, request: Any) -> str:
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any) -> bool:
        del view
        # Hashed: a name may be of any length and hold any character, a column may not.
        told = f"{type(self).__name__}:{self.ident(request)}"
        key = hashlib.sha256(told.encode(errors="replace")).hexdigest()
        return sign_in_try(key=key) <= self.most

    def wait(self) -> float:
        return WINDOW


class SignInThrottle(TriesThrottle):
    """Tries by user name and address, so that a guesser elsewhere locks nobody out.

    The address is the connection's own unless NUM_PROXIES says how many proxies to believe.
    """

    most = 20

    def ident(self, request: Any) -> str:
        posted = getattr(request, "data", None)  # the API's request; a page's has POST only
        posted = request.POST if posted is None else posted
        name = posted.get("username") if hasattr(posted, "get") else None
        # As the two doors will read it, so that blanks and look-alikes are no fresh name.
        name = unicodedata.normalize("NFKC", str(name or "")).strip().casefold()
        return f"{self.get_ident(request)}:{name}"


class AddressThrottle(TriesThrottle):
    """Tries by address alone: nobody goes through many names with one password."""

    most = 120

    def ident(self, request: Any) -> str:
        return str(self.get_ident(request))


class ResetThrottle(TriesThrottle):
    """Links for a new password, by the address that asks and the one that is asked for."""

    most = 5

    def ident(self, request: Any) -> str:
        email = unicodedata.normalize("NFKC", request.POST.get("email", "")).strip().casefold()
        return f"{self.get_ident(request)}:{email}"


class OwnThrottle(TriesThrottle):
    """Tries at one's own password, by who is signed in: a session that was left open is no way to
    find it out."""

    most = 20

    def ident(self, request: Any) -> str:
        return str(request.user.pk)


class InvitationThrottle(TriesThrottle):
    """New accounts by invitation, by address: a link for many is no machine for making them."""

    most = 20

    def ident(self, request: Any) -> str:
        return str(self.get_ident(request))


SIGN_IN_THROTTLES: list[type[TriesThrottle]] = [SignInThrottle, AddressThrottle]
RESET_THROTTLES: list[type[TriesThrottle]] = [ResetThrottle, AddressThrottle]
INVITATION_THROTTLES: list[type[TriesThrottle]] = [InvitationThrottle]
OWN_THROTTLES: list[type[TriesThrottle]] = [OwnThrottle]


def tries_allowed(throttles: list[type[TriesThrottle]], request: Any, view: Any = None) -> bool:
    """Count a try on a page as the API counts its own."""
    allowed = [each().allow_request(request, view) for each in throttles]
    return all(allowed)  # asked of each, so that every try counts in each


def sign_in_allowed(request: Any, view: Any) -> bool:
    return tries_allowed(SIGN_IN_THROTTLES, request, view)
