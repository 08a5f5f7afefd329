"""Serializers that are built once.

Django REST framework copies every field of a serializer, and binds it, each time one is made. For
the small bodies of a claim or a hand-in that takes longer than reading them, so what is asked with
every task keeps its serializer. It has no instance or data of its own, so that all threads may use
it at once.
"""

from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer, as_serializer_error


@cache
def built(kind: type[Serializer[Any]]) -> Serializer[Any]:
    """The serializer of a kind. For kinds that look at nothing but what they are given: no
    `instance`, no `context`."""
    return kind()


def said(kind: type[Serializer[Any]], row: Any) -> dict[str, Any]:
    """What `kind` says of a row."""
    representation: dict[str, Any] = built(kind).to_representation(row)
    return representation


def read(kind: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """What a request's body says, checked by `kind`. Raises REST framework's ValidationError."""
    try:
        values: dict[str, Any] = built(kind).run_validation(data)
    except ValidationError as error:
        raise ValidationError(as_serializer_error(error)) from error
    return values
