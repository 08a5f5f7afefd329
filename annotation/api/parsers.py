"""JSON bodies of a length and a depth that every step behind can hold and walk."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext, gettext_lazy
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from annotation.texts import MAX_DEPTH, broken_within, nested_deeper


class TooLargeError(APIException):
    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        words = gettext("The body is longer than %(most)s bytes. Send less at once.")
        super().__init__(words % {"most": intcomma(most)})


class LengthRequiredError(APIException):
    """Django reads no body whose length is not named: it would be taken for an empty one."""

    status_code = 411
    default_code = "length_required"
    default_detail = gettext_lazy(
        "Name the body's length in Content-Length; chunked bodies are not read."
    )


def length_check(request: Request) -> None:
    """Raises LengthRequiredError for a body sent in chunks."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthRequiredError


def refusal_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """What Django itself finds too large is refused as the parser below does, not with a page."""
    refused = TooLargeError() if isinstance(error, RequestDataTooBig) else error
    return exception_handler(refused, context)


class Bounded:
    """A stream that breaks off with TooLargeError, whatever length the request has named."""

    def __init__(self, stream: IO[Any], most: int) -> None:
        self.stream = stream
        self.left = most

    def read(self, size: int = -1) -> Any:
        wanted = self.left + 1 if size < 0 else min(size, self.left + 1)
        data = self.stream.read(wanted)
        self.left -= len(data)
        if self.left < 0:
            raise TooLargeError
        return data


class BoundedJSONParser(JSONParser):
    """Refuses what is too long to hold, or nested so deep that a later step would overflow."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # Django bounds what it reads itself, but not the stream that it hands to a parser.
        bounded: Any = Bounded(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        refusal = ParseError(
            gettext("JSON is nested deeper than %(max_depth)s levels.") % {"max_depth": MAX_DEPTH}
        )
        try:
            body = super().parse(bounded, media_type, parser_context)
        except RecursionError as error:
            raise refusal from error
        if nested_deeper(body, MAX_DEPTH):
            raise refusal
        if broken_within(body):
            raise ParseError(
                gettext("The body holds half a surrogate pair: send whole characters.")
            )
        return body
