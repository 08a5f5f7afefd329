"""Lines by their number, before anybody asks what they hold; and what any reader says of one."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from annotation.words import Words
from annotation.words import gettext_words as _

MAX_LINE = 2 * 1024 * 1024  # bytes of one line; eight Parquet rows of it fit in memory easily
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


class FileProblem(ValueError):
    """The file as a whole cannot be read. The reason says why, and what to change."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason


class EndOfReading(Exception):
    """Nothing from this line on can be read; 0 where it is not known which."""

    def __init__(self, line: int, reason: Words) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Line:
    """One line of a file: its number from 1, and its fields or the reason it has none.

    `unread`: the names of a Parquet file's columns that no form knows, which are not even decoded.
    """

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    error: Words | None = None
    unread: tuple[str, ...] = ()


def too_long() -> Words:
    words = _("Longer than %(most)s MiB, the most a line may have.")
    return words % {"most": MAX_LINE // 2**20}


def not_utf8() -> Words:
    return _("Not UTF-8: save the file as UTF-8.")


def raw_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """(number, bytes) of each line; None for one longer than MAX_LINE, which is skipped over."""
    number = 0
    while True:
        number += 1
        try:
            raw = file.readline(MAX_LINE + 1)
            if not raw:
                return
            if len(raw) <= MAX_LINE or raw.endswith(b"\n"):
                yield number, raw
                continue
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(MAX_LINE)
        except DAMAGED as error:
            reason = _("The archive is damaged or cut off here; nothing after this was read.")
            raise EndOfReading(number, reason) from error
        except EndOfReading as error:
            raise EndOfReading(number, error.reason) from error
        yield number, None


def first_twice(names: Iterable[str]) -> str | None:
    """The first name that has stood there before."""
    seen: set[str] = set()
    return next((name for name in names if name in seen or seen.add(name)), None)  # type: ignore[func-returns-value]


def json_read(text: str) -> Any:
    """A JSON value; raises ValueError for what Python takes beside it, RecursionError if deep."""
    return json.loads(text, parse_constant=no_constant, object_pairs_hook=keys_once)


def no_constant(name: str) -> None:
    raise ValueError(_("%(name)s is not JSON: use null or a number") % {"name": name})


def keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = first_twice(name for name, _value in pairs)
        raise ValueError(_("`%(name)s` stands there twice") % {"name": str(twice)})
    return fields
