"""The API's schema: what each operation answers when it refuses, told from its view.

Nothing is written beside a view for it: sessions bring CSRF's 403, a project its 403 and 404, a
write or a checked query its 400, throttles their 429.
"""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS

from annotation.api.base import ProjectAPI

Schema = dict[str, Any]

REFUSAL: Schema = {
    "type": "object",
    "properties": {"detail": {"type": "string", "description": "Why, in words."}},
    "required": ["detail"],
}
INVALID: Schema = {
    "type": "object",
    "description": (
        "What is wrong, in words: under each field's name, under `non_field_errors` for the "
        "whole, or under `detail` for a body that cannot be read."
    ),
    "additionalProperties": {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"$ref": "#/components/schemas/Invalid"}},
            {"$ref": "#/components/schemas/Invalid"},
        ]
    },
}
WORDS = {
    400: "Something in the request is wrong, or does not go now.",
    401: "Sign in, or send a token.",
    403: "Not with the caller's role, or without the CSRF token of a session.",
    404: "No such thing, or not for the caller to know of.",
    411: "The body's length is not named.",
    413: "The body is too long.",
    415: "Another media type than those listed.",
    429: "Too many requests. Retry after the seconds that `Retry-After` says.",
}


class RefusalsSchema(AutoSchema):
    """drf-spectacular's own, with the refusals beside what an operation answers when it does."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Schema | None:
        operation: Schema | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            for status in sorted(set(self.refusals(operation))):
                operation["responses"].setdefault(str(status), self.refusal(status))
        return operation

    def refusals(self, operation: Schema) -> Iterator[int]:
        """The statuses with which the operation may refuse."""
        writes = self.method not in SAFE_METHODS
        authenticators = self.view.get_authenticators()
        if writes or any(map(checked, operation.get("parameters", ()))):
            yield 400
        if authenticators:
            yield 401
        if writes and any(isinstance(one, SessionAuthentication) for one in authenticators):
            yield 403
        if isinstance(self.view, ProjectAPI):
            yield from (403, 404)
        if "requestBody" in operation:
            yield from (411, 413, 415)
        if self.view.get_throttles():
            yield 429

    def refusal(self, status: int) -> Schema:
        name, schema = ("Invalid", INVALID) if status == 400 else ("Refusal", REFUSAL)
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name
        )
        self.registry.register_on_missing(component)
        content = {"application/json": {"schema": component.ref}}
        return {"content": content, "description": WORDS[status]}


def checked(parameter: Schema) -> bool:
    """Whether a parameter of the query can be wrong: a choice, a list, a time."""
    return parameter["in"] == "query" and bool(
        {"enum", "format", "items"} & set(parameter["schema"])
    )
