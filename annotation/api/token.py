"""/api/token/: a token in exchange for a user name and a password."""

from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.parsers import FormParser, MultiPartParser

from annotation.api.parsers import BoundedJSONParser
from annotation.people.throttle import SIGN_IN_THROTTLES


class TokenView(ObtainAuthToken):
    """Send the token with every call, as `Authorization: Token ...`."""

    throttle_classes = SIGN_IN_THROTTLES
    parser_classes = (FormParser, MultiPartParser, BoundedJSONParser)
