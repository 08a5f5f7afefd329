"""JSON lines."""

import json
from collections.abc import Iterator
from typing import IO

from annotation.exchange.readers.raw import (
    NOT_UTF8,
    TOO_LONG,
    EndOfReading,
    Line,
    no_constant,
    raw_lines,
)


def read_jsonl(file: IO[bytes]) -> Iterator[Line]:
    try:
        for number, raw in raw_lines(file):
            if raw is None:
                yield Line(number, error=TOO_LONG)
            elif raw.strip(b" \t\r\n\xef\xbb\xbf"):
                yield read_object(number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
    except EndOfReading as end:
        yield Line(end.args[0], error=end.args[1])


def read_object(number: int, raw: bytes) -> Line:
    try:
        value = json.loads(raw.rstrip().decode(), parse_constant=no_constant)
    except UnicodeDecodeError:
        return Line(number, error=NOT_UTF8)
    except RecursionError:
        return Line(number, error="Nested too deeply.")
    except ValueError as error:  # JSONDecodeError, a forbidden constant, a number of 4300 digits
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        place = f" at column {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        return Line(number, error=f"Not a JSON object: {reason}{place}. Write one object a line.")
    if not isinstance(value, dict):
        hint = " A whole JSON array must be written one object a line." if raw[:1] == b"[" else ""
        return Line(number, error=f"Not a JSON object but a {type(value).__name__}.{hint}")
    return Line(number, value)
