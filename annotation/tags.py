"""Tags by which work and people are matched: languages, skills, categories of content."""

import re
from collections.abc import Iterable
from typing import Any

from annotation.words import Refusal, Value
from annotation.words import gettext_words as _

LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,8})*")
TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_TAGS = 8
MOST_HELD = 50


def language_read(value: Any, *, field: str = "language") -> str:
    """The primary tag of a language as BCP 47 writes it: "pt-BR" is pt."""
    if not isinstance(value, str):
        raise Refusal(_("A language is named by text."), field=field)
    if not value.strip():
        return ""
    found = LANGUAGE.fullmatch(value.strip())
    if found is None:
        raise Refusal(_("A language is a tag such as en, de or pt-BR."), field=field)
    return found[1].lower()


def languages_read(values: Any) -> list[str]:
    """The languages that a person has, from a list or from text between commas: sorted, once."""
    values = listed(values, field="languages")
    read = {language_read(each, field="languages") for each in values} - {""}
    if len(read) > MOST_HELD:
        raise Refusal(
            _("At most %(most_held)s languages.") % {"most_held": MOST_HELD}, field="languages"
        )
    return sorted(read)


def listed(values: Any, *, field: str) -> list[str]:
    if isinstance(values, str):
        return values.split(",")
    if not isinstance(values, Iterable) or not all(isinstance(each, str) for each in values):
        raise Refusal(_("This is a list of tags, or text between commas."), field=field)
    return list(values)


def tags_read(values: Any, *, field: str, what: Value, most: int = MOST_TAGS) -> tuple[str, ...]:
    """Tags from a list or from text between commas: small letters, sorted, each once."""
    tags = sorted({each.strip().lower() for each in listed(values, field=field)} - {""})
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise Refusal(
                _("%(what)s is named by up to 40 of a-z, 0-9, - and _: not “%(tag)s”.")
                % {"what": what, "tag": tag[:50]},
                field=field,
            )
    if len(tags) > most:
        raise Refusal(_("At most %(most)s tags.") % {"most": most}, field=field)
    return tuple(tags)
