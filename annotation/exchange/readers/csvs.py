"""Records of CSV files, by the number of their first line."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from annotation.exchange.readers.raw import (
    MAX_LINE,
    NOT_UTF8,
    TOO_LONG,
    EndOfReading,
    Line,
    first_twice,
    json_read,
    raw_lines,
)

MAX_COLUMNS = 200

csv.field_size_limit(MAX_LINE)

UNIX_OR_WINDOWS = "Save it with the line ends of Unix or Windows."
BARE_CR = (
    "Lines end with a carriage return alone here, as on old Macs: nothing from here on was read. "
    f"{UNIX_OR_WINDOWS}"
)
NO_END = (
    f"{TOO_LONG} Nothing from here on was read. Either a quote is left open: close it. Or the "
    f"file's lines end with a carriage return alone, as on old Macs. {UNIX_OR_WINDOWS}"
)
NEVER_CLOSED = "A quote is opened here and never closed. Nothing from here on was read."
NOT_CLOSED_SOON = (
    f"A quote is opened here and not closed in {MAX_LINE // 2**20} MiB, the most a line may have. "
    "Nothing from here on was read."
)


class CsvText:
    """Decoded lines for csv.reader, which may join several to a record; each record is bounded.

    `start` is the number of the record's first line, `number` that of the last line given.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.lines = raw_lines(file)
        self.number = 0
        self.record_begin()

    def record_begin(self) -> None:
        self.start, self.size = self.number + 1, 0

    def __iter__(self) -> "CsvText":
        return self

    def __next__(self) -> str:
        self.number, raw = next(self.lines)
        self.size += len(raw or b"")
        if raw is None or self.size > MAX_LINE:
            reason = NO_END if self.number == self.start else NOT_CLOSED_SOON
            raise EndOfReading(self.start, reason)
        # What is no UTF-8 becomes half surrogates, found again in the record it belongs to.
        return raw.decode("utf-8-sig" if self.number == 1 else "utf-8", "surrogateescape")


def read_csv(file: IO[bytes], *, tabs: bool) -> Iterator[Line]:
    """Records of a CSV with a header, by the number of their first line.

    An empty cell is a missing field; lists are JSON.
    """
    text = CsvText(file)
    try:
        first = next(text, "")
        if "\r" in first.rstrip("\r\n"):
            yield Line(1, error=BARE_CR)
            return
        rows = csv.reader(chain([first], text), delimiter=csv_delimiter(first, tabs), strict=True)
        header = header_read(next(rows, []))
        if problem := header_problem(header):
            yield Line(1, error=problem)
            return
        while True:
            text.record_begin()
            row = next(rows, None)
            if row is None:
                return
            if any(row):
                yield read_row(text.start, header, row)
    except csv.Error as error:
        yield Line(text.start, error=csv_problem(str(error), text))
    except EndOfReading as end:
        yield Line(end.args[0], error=end.args[1])


def csv_problem(error: str, text: CsvText) -> str:
    """In words what csv.reader says of a record."""
    if error.startswith("new-line character"):
        return BARE_CR
    if error.startswith("unexpected end of data"):
        return NEVER_CLOSED
    if text.number > text.start:
        where = f"A quote is opened here and closed amid a cell in line {text.number}."
        return f"{where} Nothing from here on was read."
    return f"Not CSV: {error}. Nothing after this was read."


def header_read(cells: list[str]) -> list[str]:
    """The names of the columns, without the empty ones that spreadsheets leave at the end."""
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    return header


def header_problem(header: list[str]) -> str:
    if not header:
        return "The header is empty: name the columns in the first line."
    if any(undecoded(name) or "\0" in name for name in header):
        return f"The header is {NOT_UTF8[0].lower()}{NOT_UTF8[1:]}"
    if len(header) > MAX_COLUMNS:
        return f"The header has {len(header)} columns: at most {MAX_COLUMNS} are taken."
    if (name := first_twice(header)) is not None:
        return f"The column `{name}` stands twice in the header: drop or rename one."
    return ""


def undecoded(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)


def csv_delimiter(header: str, tabs: bool) -> str:
    if tabs:
        return "\t"
    return ";" if ";" in header and "," not in header else ","


def read_row(number: int, header: list[str], row: list[str]) -> Line:
    while len(row) > len(header) and not row[-1].strip():
        row.pop()
    if len(row) != len(header):
        reason = f"{len(row)} cells where the header has {len(header)}. Is a quote or comma amiss?"
        return Line(number, error=reason)
    if any(undecoded(cell) for cell in row):
        return Line(number, error=NOT_UTF8)
    fields = {}
    for name, cell in zip(header, row, strict=True):
        try:
            if cell:
                fields[name] = read_cell(name, cell)
        except (ValueError, RecursionError):
            reason = f"The list in `{name}` is not JSON: its texts stand in double quotes there."
            return Line(number, error=reason)
    return Line(number, fields)


LISTS = {"messages", "conversations", "completions", "responses", "ranks", "instances"}
LIST_OR_TEXT = {"prompt", "completion", "chosen", "rejected"}


def read_cell(name: str, cell: str) -> Any:
    """A cell's text, or the list written in it where the field is one."""
    if name in LISTS and cell.lstrip().startswith("["):
        return json_read(cell)
    if name in LIST_OR_TEXT and cell.lstrip().startswith("[{"):
        try:
            value = json_read(cell)
        except (ValueError, RecursionError):
            return cell
        return value if all(isinstance(item, dict) for item in value) else cell
    return cell
