"""What any text that people or files bring must hold before it is stored."""

import json
from typing import Any

from django.core.exceptions import ValidationError

MAX_TEXT = 200_000


def text_validate(text: object, *, what: str, limit: int = MAX_TEXT, blank: bool = False) -> str:
    """Return `text` unchanged, or raise ValidationError in plain words.

    PostgreSQL stores no NUL character and neither database stores half a surrogate pair, so both
    are refused here, where the person can still be told.
    """
    if not isinstance(text, str):
        raise ValidationError(f"{what} must be text.")
    if not blank and not text.strip():
        raise ValidationError(f"{what} is empty.")
    if len(text) > limit:
        raise ValidationError(f"{what} is longer than {limit:,} characters.")
    if not storable(text):
        raise ValidationError(f"{what} holds a character that cannot be stored (NUL or broken).")
    return text


def storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_validate(value: Any, *, what: str, limit: int = MAX_TEXT) -> Any:
    """Return a JSON value unchanged if both databases can hold it, or raise ValidationError."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValidationError(f"{what} is not valid JSON.") from error
    if len(written) > limit:
        raise ValidationError(f"{what} is longer than {limit:,} characters.")
    # A NUL inside a JSON text is written as an escape, with the backslash not itself escaped.
    if not storable(written) or "\\u0000" in written.replace("\\\\", ""):
        raise ValidationError(f"{what} holds a character that cannot be stored (NUL or broken).")
    return value
