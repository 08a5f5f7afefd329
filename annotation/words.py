"""Texts that are put together, and translated, when they are read.

What checks name is named a hundred times for a line of an import, and read hardly ever; what a
worker refuses is stored, and read by people of several languages. Modules that say such things
import the two functions below under gettext's own names, by which the catalogs find the texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

MOST_QUOTED = 500


@dataclass(slots=True)
class Words:
    """A text of the catalogs with its values: quoted texts, whole numbers, and further words.

    `plural` and `count` where the text speaks of a number. Nobody changes one: it is not frozen
    because it is made so often, and so it says itself how it is hashed.
    """

    text: str
    values: "Mapping[str, Value] | None" = None
    plural: str = ""
    count: int = 0

    def __mod__(self, values: "Mapping[str, Value]") -> "Words":
        return Words(self.text, values, self.plural, self.count)

    def __hash__(self) -> int:
        return hash((self.text, self.count, *(self.values or {}).values()))

    def __str__(self) -> str:
        """In the reader's language, as pages can hold it."""
        counted = self.plural and ngettext(self.text, self.plural, self.count)
        text = counted or gettext(self.text)
        if self.values is None:
            return readable(text)
        shown = {
            name: intcomma(value) if isinstance(value, int) else value
            for name, value in self.values.items()
        }
        return readable(text % shown)

    def stored(self) -> dict[str, Any]:
        """As JSON that both databases can hold."""
        counted = {"plural": self.plural, "count": self.count} if self.plural else {}
        values = self.values and {name: value_stored(each) for name, each in self.values.items()}
        return {"text": self.text, **counted, "values": values}


Value = str | int | Words


class Refusal(ValidationError):
    """A ValidationError, of a field or not, that keeps its words for who stores them."""

    def __init__(self, words: Words, *, field: str = "") -> None:
        super().__init__({field: str(words)} if field else str(words))
        self.words = words


def gettext_words(text: str) -> Words:
    return Words(text)


def ngettext_words(text: str, plural: str, count: int) -> Words:
    return Words(text, plural=plural, count=count)


def value_stored(value: Value) -> Any:
    if isinstance(value, Words):
        return value.stored()
    return value if isinstance(value, int) else readable(value)[:MOST_QUOTED]


def words_restored(stored: dict[str, Any]) -> Words:
    """What `Words.stored` wrote."""
    values = stored["values"] and {
        name: words_restored(value) if isinstance(value, dict) else value
        for name, value in stored["values"].items()
    }
    return Words(**{**stored, "values": values})


def readable(text: str) -> str:
    """Words that quote a file, as pages and both databases can hold them (see texts.py)."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "")
