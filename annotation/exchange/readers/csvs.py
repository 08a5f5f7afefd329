"""Records of CSV files, by the number of their first line."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from annotation.exchange.readers.raw import (
    MAX_LINE,
    EndOfReading,
    Line,
    first_twice,
    json_read,
    not_utf8,
    raw_lines,
    too_long,
)
from annotation.words import Words
from annotation.words import gettext_words as _
from annotation.words import ngettext_words as ngettext

MAX_COLUMNS = 200

csv.field_size_limit(MAX_LINE)


def bare_cr() -> Words:
    return _(
        "Lines end with a carriage return alone here, as on old Macs: nothing from here on was "
        "read. Save it with the line ends of Unix or Windows."
    )


def no_end() -> Words:
    return _(
        "%(too_long)s Nothing from here on was read. Either a quote is left open: close it. Or the "
        "file's lines end with a carriage return alone, as on old Macs. Save it with the line ends "
        "of Unix or Windows."
    ) % {"too_long": too_long()}


def never_closed() -> Words:
    return _("A quote is opened here and never closed. Nothing from here on was read.")


def not_closed_soon() -> Words:
    return _(
        "A quote is opened here and not closed in %(most)s MiB, the most a line may have. Nothing "
        "from here on was read."
    ) % {"most": MAX_LINE // 2**20}


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
            reason = no_end() if self.number == self.start else not_closed_soon()
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
            yield Line(1, error=bare_cr())
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
        yield Line(end.line, error=end.reason)


def csv_problem(error: str, text: CsvText) -> Words:
    """In words what csv.reader says of a record."""
    if error.startswith("new-line character"):
        return bare_cr()
    if error.startswith("unexpected end of data"):
        return never_closed()
    if text.number > text.start:
        return _(
            "A quote is opened here and closed amid a cell in line %(line)s. Nothing from here on "
            "was read."
        ) % {"line": text.number}
    return _("Not CSV: %(error)s. Nothing after this was read.") % {"error": error}


def header_read(cells: list[str]) -> list[str]:
    """The names of the columns, without the empty ones that spreadsheets leave at the end."""
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    return header


def header_problem(header: list[str]) -> Words | None:
    if not header:
        return _("The header is empty: name the columns in the first line.")
    if any(undecoded(name) or "\0" in name for name in header):
        return _("The header is not UTF-8: save the file as UTF-8.")
    if len(header) > MAX_COLUMNS:
        words = _("The header has %(count)s columns: at most %(most)s are taken.")
        return words % {"count": len(header), "most": MAX_COLUMNS}
    if (name := first_twice(header)) is not None:
        words = _("The column `%(name)s` stands twice in the header: drop or rename one.")
        return words % {"name": name}
    return None


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
        words = ngettext(
            "%(count)s cell where the header has %(wanted)s. Is a quote or comma amiss?",
            "%(count)s cells where the header has %(wanted)s. Is a quote or comma amiss?",
            len(row),
        )
        return Line(number, error=words % {"count": len(row), "wanted": len(header)})
    if any(undecoded(cell) for cell in row):
        return Line(number, error=not_utf8())
    fields = {}
    for name, cell in zip(header, row, strict=True):
        try:
            if cell:
                fields[name] = read_cell(name, cell)
        except (ValueError, RecursionError):
            words = _("The list in `%(name)s` is not JSON: its texts stand in double quotes there.")
            return Line(number, error=words % {"name": name})
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
