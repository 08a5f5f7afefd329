"""Files as numbered lines, in bounded memory: JSON lines, CSV or Parquet, gzipped or not.

A line that cannot be read comes out with its reason and reading goes on; where it cannot go on
(a damaged archive, an unclosed quote) that line is the last one. `FileProblem` is for files of
which no line can be read.
"""

import csv
import gzip
import io
import json
import math
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePath
from typing import IO, Any

from annotation.exchange.formats import KNOWN_FIELDS

MAX_LINE = 2 * 1024 * 1024  # bytes of one line; eight Parquet rows of it fit in memory easily
MAX_COLUMNS = 200
PARQUET_ROWS = 64
# Arrow decodes at least a page at a time and holds a row group's columns while it reads.
MAX_ROW_GROUP = 512 * 1024 * 1024
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}

csv.field_size_limit(MAX_LINE)


class FileProblem(ValueError):
    """The file as a whole cannot be read. The message says why, and what to change."""


class EndOfReading(Exception):
    """Nothing after this point of the file can be read."""


@dataclass(frozen=True)
class Line:
    """One line of a file: its number from 1, and its fields or the reason it has none.

    `unread`: the names of a Parquet file's columns that no form knows, which are not even decoded.
    """

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    unread: tuple[str, ...] = ()


def file_kind(file: IO[bytes], filename: str) -> str:
    """ "jsonl", "csv" or "parquet", from the first bytes and the name; raises FileProblem."""
    start = file.read(4)
    file.seek(0)
    if not start:
        raise FileProblem("The file is empty.")
    if start == PARQUET:
        return "parquet"
    path = PurePath(filename.lower())
    kind = KINDS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)
    if kind is None or (kind == "parquet" and not start.startswith(GZIP)):
        raise FileProblem(
            f"{filename} is not JSON lines, CSV or Parquet: name it .jsonl, .csv or .parquet, "
            "with .gz behind where it is gzipped."
        )
    return kind


def read_lines(file: IO[bytes], filename: str, *, max_bytes: int) -> Iterator[Line]:
    """Yield the lines of a seekable file, blank ones left out but counted.

    At most `max_bytes` are read after unpacking. Memory stays within a few MAX_LINE (for Parquet
    a row group's columns). Raises FileProblem.
    """
    kind = file_kind(file, filename)
    with ExitStack() as stack:
        plain: IO[bytes] = file
        if file.read(2) == GZIP:
            file.seek(0)
            unpacked = stack.enter_context(gzip.GzipFile(fileobj=file, mode="rb"))
            plain = stack.enter_context(io.BufferedReader(Capped(unpacked, max_bytes), 1 << 18))
            if kind == "parquet":
                plain = unpack(plain, stack.enter_context(tempfile.TemporaryFile()))
        plain_seek(plain)
        if kind == "parquet":
            yield from read_parquet(plain, max_bytes)
        elif kind == "csv":
            yield from read_csv(plain, tabs=".tsv" in filename.lower())
        else:
            yield from read_jsonl(plain)


def plain_seek(file: IO[bytes]) -> None:
    if file.seekable():
        file.seek(0)


class Capped(io.RawIOBase):
    """Reads through to a stream, up to a number of bytes: an archive may unpack to anything."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, most: int) -> None:
        self.stream = stream
        self.most = self.left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        self.left -= len(data)
        if self.left < 0:
            raise EndOfReading(
                f"The archive unpacks to more than {self.most:,} bytes. Split the file."
            )
        buffer[: len(data)] = data
        return len(data)


def unpack(packed: IO[bytes], into: IO[bytes]) -> IO[bytes]:
    try:
        while block := packed.read(1 << 20):
            into.write(block)
    except (*DAMAGED, EndOfReading) as error:
        raise FileProblem(str(error) or "The archive is damaged.") from error
    into.seek(0)
    return into


def raw_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """(number, bytes) of each line; None for one longer than MAX_LINE, which is skipped over."""
    number = 0
    while True:
        try:
            raw = file.readline(MAX_LINE + 1)
            number += 1
            if not raw:
                return
            if len(raw) <= MAX_LINE or raw.endswith(b"\n"):
                yield number, raw
                continue
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(MAX_LINE)
        except DAMAGED as error:
            reason = "The archive is damaged or cut off here; nothing after this was read."
            raise EndOfReading(number + 1, reason) from error
        except EndOfReading as error:
            raise EndOfReading(number + 1, str(error)) from error
        yield number, None


TOO_LONG = f"Longer than {MAX_LINE // 2**20} MiB, the most a line may have."
NOT_UTF8 = "Not UTF-8: save the file as UTF-8."


def read_jsonl(file: IO[bytes]) -> Iterator[Line]:
    try:
        for number, raw in raw_lines(file):
            if raw is None:
                yield Line(number, error=TOO_LONG)
            elif raw.strip(b" \t\r\n\xef\xbb\xbf"):
                yield read_object(number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
    except EndOfReading as end:
        yield Line(end.args[0], error=end.args[1])


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON: use null or a number")


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
    if len(header) > MAX_COLUMNS or len(set(header)) != len(header):
        return f"The header must have at most {MAX_COLUMNS} columns, each once."
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
    cells = zip(header, row, strict=True)
    try:
        return Line(number, {name: read_cell(name, cell) for name, cell in cells if cell})
    except (ValueError, RecursionError):
        return Line(number, error="A cell that begins a list is not JSON.")


LISTS = {"messages", "conversations", "completions", "responses", "ranks", "instances"}
LIST_OR_TEXT = {"prompt", "completion", "chosen", "rejected"}


def read_cell(name: str, cell: str) -> Any:
    """A cell's text, or the list written in it where the field is one."""
    if name in LISTS and cell.lstrip().startswith("["):
        return json.loads(cell, parse_constant=no_constant)
    if name in LIST_OR_TEXT and cell.lstrip().startswith("[{"):
        try:
            value = json.loads(cell, parse_constant=no_constant)
        except (ValueError, RecursionError):
            return cell
        return value if all(isinstance(item, dict) for item in value) else cell
    return cell


def read_parquet(file: IO[bytes], max_bytes: int) -> Iterator[Line]:
    """Rows of a Parquet file, numbered from 1; a few are held at a time."""
    # 60 MB that web processes save until somebody previews a Parquet file.
    import pyarrow  # noqa: PLC0415
    import pyarrow.parquet  # noqa: PLC0415

    try:
        table = pyarrow.parquet.ParquetFile(file, pre_buffer=False)
        names = table.schema_arrow.names
        groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise FileProblem(f"Not a readable Parquet file: {str(error)[:200]}") from error
    sizes = [group.total_byte_size for group in groups]
    if max(sizes, default=0) > MAX_ROW_GROUP or sum(sizes) > max_bytes:
        raise FileProblem("Too large, or its row groups are: write it in smaller row groups.")
    number = 0
    known = [name for name in names if name in KNOWN_FIELDS]
    unread = tuple(name for name in names if name not in KNOWN_FIELDS)
    try:
        for batch in table.iter_batches(PARQUET_ROWS, columns=known, use_threads=False):
            for index in range(batch.num_rows):
                number += 1
                yield parquet_row(number, batch.slice(index, 1), unread)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        yield Line(number + 1, error=f"Damaged: {str(error)[:200]}. Nothing after this was read.")


def parquet_row(number: int, row: Any, unread: tuple[str, ...]) -> Line:
    if row.get_total_buffer_size() and row.nbytes > MAX_LINE:
        return Line(number, error=TOO_LONG)
    try:
        fields = row.to_pylist()[0]
    except (ValueError, OverflowError, LookupError) as error:
        # A date past the year 9999, a time zone that nobody knows, text that is not UTF-8.
        return Line(number, error=f"A value cannot be read: {str(error)[:200]}. Write it as text.")
    nan = [name for name, value in fields.items() if isinstance(value, float) and math.isnan(value)]
    fields = {name: value for name, value in fields.items() if name not in nan}
    return Line(number, fields, unread=unread)
