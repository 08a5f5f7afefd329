"""Marks in the API: a prompt's or a task's language, skills and categories of content."""

from dataclasses import replace
from typing import Any

from rest_framework import serializers

from annotation.api.base import StrictSerializer
from annotation.prompts.marks import Marks, marks_read

NAMES = ("language", "skills", "sensitive")


class MarksSerializer(StrictSerializer):
    """Whom the tasks may go to."""

    language = serializers.CharField(
        max_length=40,
        allow_blank=True,
        required=False,
        help_text="Such as en or pt-BR, of which the first part counts; empty: any.",
    )
    skills = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        help_text="Tags; a labeler has all of them.",
    )
    sensitive = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        help_text="Keys of the project's categories; a labeler has declined none of them.",
    )


def marks_take(body: dict[str, Any], default: Marks) -> Marks:
    """The marks in `body`, which loses them; what it does not say is as in `default`.

    Raises ValidationError by field.
    """
    given = {name: body.pop(name) for name in NAMES if name in body}
    read = marks_read(**given)
    return replace(default, **{name: getattr(read, name) for name in given})
