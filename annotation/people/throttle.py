"""Passwords are not to be guessed at speed: one count for the sign-in page and the API's token."""

import hashlib
import unicodedata
from typing import Any

from rest_framework.throttling import SimpleRateThrottle


class SignInThrottle(SimpleRateThrottle):
    """Tries by user name and address, so that a guesser elsewhere locks nobody out.

    The address is the connection's own unless NUM_PROXIES says how many proxies to believe.
    """

    scope = "sign-in"
    rate = "20/minute"

    def get_cache_key(self, request: Any, view: Any) -> str:
        del view
        posted = getattr(request, "data", None)  # the API's request; a page's has POST only
        posted = request.POST if posted is None else posted
        name = posted.get("username") if hasattr(posted, "get") else None
        # As the two doors will read it, so that blanks and look-alikes are no fresh name.
        name = unicodedata.normalize("NFKC", str(name or "")).strip().casefold()
        # Hashed: a name may be of any length and hold any character, a cache's key may not.
        digest = hashlib.sha256(name.encode(errors="replace")).hexdigest()
        return self.cache_format % {
            "scope": self.scope,
            "ident": f"{self.get_ident(request)}:{digest}",
        }


class AddressThrottle(SimpleRateThrottle):
    """Tries by address alone: nobody goes through many names with one password."""

    scope = "sign-in-address"
    rate = "120/minute"

    def get_cache_key(self, request: Any, view: Any) -> str:
        del view
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


SIGN_IN_THROTTLES = [SignInThrottle, AddressThrottle]


def sign_in_allowed(request: Any, view: Any) -> bool:
    """Count a try on a page as the API counts its own."""
    allowed = [each().allow_request(request, view) for each in SIGN_IN_THROTTLES]
    return all(allowed)  # asked of each, so that every try counts in each
