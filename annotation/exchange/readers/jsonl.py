"""JSON lines."""

import json
from collections.abc import Iterator
from typing import IO

from annotation.exchange.readers.raw import (
    EndOfReading,
    Line,
    json_read,
    not_utf8,
    raw_lines,
    too_long,
)
from annotation.words import gettext_words as _

BOM = b"\xef\xbb\xbf"


def read_jsonl(file: IO[bytes]) -> Iterator[Line]:
    try:
        for number, raw in raw_lines(file):
            if raw is None:
                yield Line(number, error=too_long())
            elif raw.strip(b" \t\r\n" + BOM):
                yield read_object(number, raw.removeprefix(BOM))  # of files that were joined too
    except EndOfReading as end:
        yield Line(end.line, error=end.reason)


def read_object(number: int, raw: bytes) -> Line:
    if b"\0" in raw:  # UTF-16, most likely
        return Line(number, error=not_utf8())
    try:
        value = json_read(raw.rstrip().decode())
    except UnicodeDecodeError:
        return Line(number, error=not_utf8())
    except RecursionError:
        return Line(number, error=_("Nested too deeply."))
    except json.JSONDecodeError as error:
        words = _("Not a JSON object: %(error)s at column %(column)s. Write one object a line.")
        return Line(number, error=words % {"error": error.msg, "column": error.pos + 1})
    except ValueError as error:  # a forbidden constant, a key twice, a number of 4300 digits
        return Line(number, error=_("Not a JSON object: %(error)s.") % {"error": error.args[0]})
    if not isinstance(value, dict):
        words = _("Not a JSON object but a %(kind)s.")
        if raw[:1] == b"[":
            words = _(
                "Not a JSON object but a %(kind)s. A whole JSON array must be written one object a "
                "line."
            )
        return Line(number, error=words % {"kind": type(value).__name__})
    return Line(number, value)
