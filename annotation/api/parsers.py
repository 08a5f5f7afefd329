"""JSON bodies of a depth that every step behind can walk."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from annotation.texts import MAX_DEPTH, nested_deeper


class BoundedJSONParser(JSONParser):
    """Refuses what is nested so deep that reading, checking or storing it would overflow."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        refusal = ParseError(f"JSON is nested deeper than {MAX_DEPTH} levels.")
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise refusal from error
        if nested_deeper(body, MAX_DEPTH):
            raise refusal
        return body
