"""JSON lines."""

import json
from collections.abc import Iterator
from typing import IO

from annotation.exchange.readers.raw import (
    NOT_UTF8,
    TOO_LONG,
    EndOfReading,
    Line,
    json_read,
    raw_lines,
)

BOM = b"\xef\xbb\xbf"


def read_jsonl(file: IO[bytes]) -> Iterator[Line]:
    try:
        for number, raw in raw_lines(file):
            if raw is None:
                yield Line(number, error=TOO_LONG)
            elif raw.strip(b" \t\r\n" + BOM):
                yield read_object(number, raw.removeprefix(BOM))  # of files that were joined too
    except EndOfReading as end:
        yield Line(end.args[0], error=end.args[1])


def read_object(number: int, raw: bytes) -> Line:
    if b"\0" in raw:  # UTF-16, most likely
        return Line(number, error=NOT_UTF8)
    try:
        value = json_read(raw.rstrip().decode())
    except UnicodeDecodeError:
        return Line(number, error=NOT_UTF8)
    except RecursionError:
        return Line(number, error="Nested too deeply.")
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at column {error.pos + 1}. Write one object a line."
        return Line(number, error=f"Not a JSON object: {reason}")
    except ValueError as error:  # a forbidden constant, a key twice, a number of 4300 digits
        return Line(number, error=f"Not a JSON object: {error}.")
    if not isinstance(value, dict):
        hint = " A whole JSON array must be written one object a line." if raw[:1] == b"[" else ""
        return Line(number, error=f"Not a JSON object but a {type(value).__name__}.{hint}")
    return Line(number, value)
