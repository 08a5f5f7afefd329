"""Recognisers of personal data beside the patterns: an app above registers how to find them."""

from collections.abc import Callable

from annotation.prompts.cleaning.pii import Recognizer

Find = Callable[[], Recognizer | None]
"""Called once for each scan, in its worker; None where the site has set none up."""

_finds: list[Find] = []


def recognizer_register(find: Find) -> None:
    if find not in _finds:
        _finds.append(find)


def recognizers() -> list[Recognizer]:
    """Those that the site has. Raises what a recogniser says that cannot be loaded."""
    found = (find() for find in _finds)
    return [recognizer for recognizer in found if recognizer is not None]
