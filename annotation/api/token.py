"""/api/token/: a token in exchange for a user name and a password."""

from typing import Any

from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request

from annotation.api.parsers import BoundedJSONParser, length_check
from annotation.people.throttle import SIGN_IN_THROTTLES


class TokenView(ObtainAuthToken):
    """Send the token with every call, as `Authorization: Token ...`."""

    throttle_classes = SIGN_IN_THROTTLES
    parser_classes = (FormParser, MultiPartParser, BoundedJSONParser)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length_check(request)
