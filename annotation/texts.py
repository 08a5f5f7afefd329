"""What any text that people or files bring must hold before it is stored."""

import json
import re
import unicodedata
from typing import Any

from django.utils.translation import get_language

from annotation.words import Refusal, Value
from annotation.words import gettext_words as _

MAX_TEXT = 200_000
# Far below where Python's own recursion ends, wherever in the stack a value is written.
MAX_DEPTH = 60
# Spaces, control and format characters, marks that stand on others, and the blanks that Unicode
# counts as letters and symbols.
UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"}
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"

BROKEN = re.compile("[\ud800-\udfff]")


def text_validate(text: object, *, what: Value, limit: int = MAX_TEXT, blank: bool = False) -> str:
    """Return `text` unchanged, or raise ValidationError in plain words, which name it `what`.

    PostgreSQL stores no NUL character and neither database stores half a surrogate pair, so both
    are refused here, where the person can still be told.
    """
    if not isinstance(text, str):
        raise Refusal(_("%(what)s must be text.") % {"what": what})
    if len(text) > limit:
        raise Refusal(
            _("%(what)s is longer than %(limit)s characters.") % {"what": what, "limit": limit}
        )
    if not storable(text):
        raise Refusal(
            _("%(what)s holds a character that cannot be stored (NUL or broken).") % {"what": what}
        )
    if not blank and not leaves_mark(text):
        raise Refusal(_("%(what)s is empty.") % {"what": what})
    return text


def amid(label: object) -> str:
    """A label as it stands amid a sentence: in small letters, but for German, whose nouns keep
    their capital."""
    language = get_language() or ""
    return str(label) if language.startswith("de") else str(label).lower()


def leaves_mark(text: str) -> bool:
    """Whether anything of the text can be seen: no spaces, no zero-width or control characters."""
    return any(unicodedata.category(char) not in UNSEEN and char not in BLANKS for char in text)


def storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def newlines_plain(text: str) -> str:
    """Forms send CRLF, whatever was typed: neither versions nor models are to learn that."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> list[str]:
    """A text's lines without the blank ones, each once, as a list typed into one field is meant."""
    return list(dict.fromkeys(line for each in text.splitlines() if (line := each.strip())))


def nested_deeper(value: Any, limit: int) -> bool:
    """Whether a JSON value holds lists and objects more than `limit` levels deep."""
    level = [value]
    for _depth in range(limit + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        level = inner
    return bool(level)


def broken_within(value: Any) -> bool:
    """Whether a JSON value holds half a surrogate pair, which no answer could even quote."""
    level = [value]
    while level:
        each = level.pop()
        if isinstance(each, dict):
            level.extend((*each, *each.values()))
        elif isinstance(each, list):
            level.extend(each)
        elif isinstance(each, str) and BROKEN.search(each):
            return True
    return False


def json_validate(value: Any, *, what: Value, limit: int = MAX_TEXT) -> Any:
    """Return a JSON value unchanged if both databases can hold it, or raise ValidationError."""
    if nested_deeper(value, MAX_DEPTH):
        raise Refusal(
            _("%(what)s is nested deeper than %(max_depth)s levels.")
            % {"what": what, "max_depth": MAX_DEPTH}
        )
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Refusal(_("%(what)s is not valid JSON.") % {"what": what}) from error
    if len(written) > limit:
        raise Refusal(
            _("%(what)s is longer than %(limit)s characters.") % {"what": what, "limit": limit}
        )
    # A NUL inside a JSON text is written as an escape, with the backslash not itself escaped.
    if not storable(written) or "\\u0000" in written.replace("\\\\", ""):
        raise Refusal(
            _("%(what)s holds a character that cannot be stored (NUL or broken).") % {"what": what}
        )
    return value
