"""A file of any kind, told by its first bytes and its name, gzipped or not."""

import gzip
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import PurePath
from typing import IO, Any

from annotation.exchange.readers.csvs import read_csv
from annotation.exchange.readers.jsonl import read_jsonl
from annotation.exchange.readers.parquet import read_parquet
from annotation.exchange.readers.raw import DAMAGED, EndOfReading, FileProblem, Line
from annotation.words import gettext_words as _

GZIP, PARQUET, ZIP = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}


def file_kind(file: IO[bytes], filename: str) -> str:
    """ "jsonl", "csv" or "parquet", from the first bytes and the name; raises FileProblem."""
    start = file.read(4)
    file.seek(0)
    if not start:
        raise FileProblem(_("The file is empty."))
    if start == PARQUET:
        return "parquet"
    if start == ZIP:
        raise FileProblem(
            _("%(filename)s is a zip archive or a spreadsheet: unpack it, or save it as CSV.")
            % {"filename": filename}
        )
    path = PurePath(filename.lower())
    kind = KINDS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)
    if kind is None or (kind == "parquet" and not start.startswith(GZIP)):
        raise FileProblem(
            _(
                "%(filename)s is not JSON lines, CSV or Parquet: name it .jsonl, .csv or "
                ".parquet, with .gz behind where it is gzipped."
            )
            % {"filename": filename}
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
                0,
                _("The archive unpacks to more than %(most)s bytes. Split the file.")
                % {"most": self.most},
            )
        buffer[: len(data)] = data
        return len(data)


def unpack(packed: IO[bytes], into: IO[bytes]) -> IO[bytes]:
    try:
        while block := packed.read(1 << 20):
            into.write(block)
    except EndOfReading as error:
        raise FileProblem(error.reason) from error
    except DAMAGED as error:
        raise FileProblem(_("The archive is damaged.")) from error
    into.seek(0)
    return into
