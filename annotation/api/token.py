"""/api/token/: a token in exchange for a user name and a password."""

from rest_framework.authtoken.views import ObtainAuthToken

from annotation.api.base import SignInThrottle


class TokenView(ObtainAuthToken):
    """Send the token with every call, as `Authorization: Token ...`."""

    throttle_classes = [SignInThrottle]
