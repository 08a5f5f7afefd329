"""Two people at one form of settings: who saves later undoes nothing that they did not see.

A form that was opened says so with the fingerprint of each setting. What is sent back as it was
then is no change, whatever the setting has become meanwhile.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.texts import newlines_plain

Base = Mapping[str, str]


class MeanwhileError(ValidationError):
    """By field, what another person has changed since the form was opened."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        words = _(
            "Somebody else has changed this meanwhile. Save once more to have it as you say, or "
            "load the page again to see theirs."
        )
        super().__init__(dict.fromkeys(self.names, words))


def fingerprint(value: Any) -> str:
    """Equal for what a browser sends back unchanged: it writes line breaks in its own way."""
    plain = newlines_plain(value) if isinstance(value, str) else value
    text = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def base_of(row: Any, names: Iterable[str]) -> dict[str, str]:
    return {name: fingerprint(getattr(row, name)) for name in names}


def base_read(text: str) -> dict[str, str]:
    """The base as a form sent it back; nothing where that is none."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)}


def changes_since(base: Base, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Those of `changes` that whoever had opened the form at `base` has made.

    Raises MeanwhileError where another person has made another change of the same.
    """
    made = {name: value for name, value in changes.items() if base.get(name) != fingerprint(value)}
    now = base_of(row, made)
    others = [
        name
        for name, value in made.items()
        if name in base and now[name] not in (base[name], fingerprint(value))
    ]
    if others:
        raise MeanwhileError(others)
    return made
