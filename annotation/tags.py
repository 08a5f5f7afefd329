"""Tags by which work and people are matched: languages, skills, categories of content."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,8})*")
TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_TAGS = 8
MOST_HELD = 50


def language_read(value: Any, *, field: str = "language") -> str:
    """The primary tag of a language as BCP 47 writes it: "pt-BR" is pt."""
    if not isinstance(value, str):
        raise ValidationError({field: "A language is named by text."})
    if not value.strip():
        return ""
    found = LANGUAGE.fullmatch(value.strip())
    if found is None:
        raise ValidationError({field: "A language is a tag such as en, de or pt-BR."})
    return found[1].lower()


def languages_read(values: Any) -> list[str]:
    """The languages that a person has, from a list or from text between commas: sorted, once."""
    values = listed(values, field="languages")
    read = {language_read(each, field="languages") for each in values} - {""}
    if len(read) > MOST_HELD:
        raise ValidationError({"languages": f"At most {MOST_HELD} languages."})
    return sorted(read)


def listed(values: Any, *, field: str) -> list[str]:
    if isinstance(values, str):
        return values.split(",")
    if not isinstance(values, Iterable) or not all(isinstance(each, str) for each in values):
        raise ValidationError({field: "This is a list of tags, or text between commas."})
    return list(values)


def tags_read(values: Any, *, field: str, what: str, most: int = MOST_TAGS) -> tuple[str, ...]:
    """Tags from a list or from text between commas: small letters, sorted, each once."""
    tags = sorted({each.strip().lower() for each in listed(values, field=field)} - {""})
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise ValidationError(
                {field: f"{what} is named by up to 40 of a-z, 0-9, - and _: not “{tag[:50]}”."}
            )
    if len(tags) > most:
        raise ValidationError({field: f"At most {most} tags."})
    return tuple(tags)
