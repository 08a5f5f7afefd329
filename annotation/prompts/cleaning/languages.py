"""Which language a text is written in: py3langid's model, 97 languages, offline."""

from functools import cache
from typing import Any

FEWEST_LETTERS = 20
"""Of fewer letters nobody can tell."""
SURE = 0.8
"""Less certain is not said: a wrong language is worse than none."""
MOST_READ = 4_000


def language_identify(text: str) -> tuple[str, float]:
    """The primary tag of the language and how certain it is, 0 to 1; ("", 0.0) where unclear."""
    if sum(letter.isalpha() for letter in text[:MOST_READ]) < FEWEST_LETTERS:
        return "", 0.0
    language, certainty = _identifier().classify(text[:MOST_READ])
    return (language, float(certainty)) if certainty >= SURE else ("", 0.0)


@cache
def _identifier() -> Any:
    """Read once by a worker, and never by a web process: 80 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
