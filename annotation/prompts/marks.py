"""What a prompt asks of its labelers: a language, skills, and that they have not declined it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from annotation.prompts.models import Prompt

LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,8})*")
TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_TAGS = 8


@dataclass(frozen=True)
class Marks:
    """`language`: a primary tag, "" for any; `skills` and `sensitive`: tags, sorted."""

    language: str = ""
    skills: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()


def marks_read(*, language: Any = "", skills: Any = (), sensitive: Any = ()) -> Marks:
    """Marks as people and files give them. Raises ValidationError by field."""
    return Marks(
        language=language_read(language),
        skills=tags_read(skills, field="skills", what="A skill"),
        sensitive=tags_read(sensitive, field="sensitive", what="A category"),
    )


def marks_of(prompt: Prompt) -> Marks:
    return Marks(prompt.language, tuple(prompt.skills), tuple(prompt.sensitive))


def language_read(value: Any) -> str:
    """The primary tag of a language as BCP 47 writes it: "pt-BR" is pt."""
    if not isinstance(value, str):
        raise ValidationError({"language": "A language is named by text."})
    if not value.strip():
        return ""
    found = LANGUAGE.fullmatch(value.strip())
    if found is None:
        raise ValidationError({"language": "A language is a tag such as en, de or pt-BR."})
    return found[1].lower()


def tags_read(values: Any, *, field: str, what: str) -> tuple[str, ...]:
    """Tags from a list or from text between commas: small letters, sorted, each once."""
    if isinstance(values, str):
        values = values.split(",")
    if not isinstance(values, Iterable) or not all(isinstance(each, str) for each in values):
        raise ValidationError({field: "This is a list of tags, or text between commas."})
    tags = sorted({each.strip().lower() for each in values} - {""})
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise ValidationError(
                {field: f"{what} is named by up to 40 of a-z, 0-9, - and _: not “{tag[:50]}”."}
            )
    if len(tags) > MOST_TAGS:
        raise ValidationError({field: f"At most {MOST_TAGS} tags."})
    return tuple(tags)
