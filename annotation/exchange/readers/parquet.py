"""Rows of Parquet files, in memory that the file's few bytes do not decide.

A column says a long text, or a million numbers, once and how often: a file of 500 bytes may stand
for gigabytes. So texts stay in the dictionaries that they are stored in until their row is known to
be no longer than a line, and row groups of too many values are refused.
"""

import math
from collections.abc import Iterator
from typing import IO, Any

from annotation.exchange.formats import KNOWN_FIELDS
from annotation.exchange.readers.raw import MAX_LINE, FileProblem, Line, first_twice, too_long
from annotation.words import gettext_words as _

PARQUET_ROWS = 64
# Arrow decodes at least a page at a time and holds a row group's columns while it reads.
MAX_ROW_GROUP = 512 * 1024 * 1024
VALUE = 8  # bytes that a number, or the place of a text, takes once it is decoded
NOT_TEXT = ("DECIMAL", "INTERVAL")  # bytes in the file that are read as something else


def read_parquet(file: IO[bytes], max_bytes: int) -> Iterator[Line]:
    """Rows of a Parquet file, numbered from 1; a few are held at a time."""
    # 60 MB that web processes save until somebody previews a Parquet file.
    import pyarrow  # noqa: PLC0415

    try:
        table = parquet_open(file)
        names = table.schema_arrow.names
        groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
        sizes = [group_size(group) for group in groups]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise FileProblem(
            _("Not a readable Parquet file: %(error)s") % {"error": str(error)[:200]}
        ) from error
    if max(sizes, default=0) > MAX_ROW_GROUP or sum(g.total_byte_size for g in groups) > max_bytes:
        raise FileProblem(_("Too large, or its row groups are: write it in smaller row groups."))
    if (twice := first_twice(names)) is not None:
        raise FileProblem(
            _("The column `%(twice)s` stands twice: drop or rename one.") % {"twice": twice}
        )
    number = 0
    known = [name for name in names if name in KNOWN_FIELDS]
    unread = tuple(name for name in names if name not in KNOWN_FIELDS)
    try:
        for row in parquet_rows(table, known):
            number += 1
            if row is None:
                yield Line(number, error=too_long())
            else:
                yield parquet_row(number, row, unread)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        words = _("Damaged: %(error)s. Nothing after this was read.")
        yield Line(number + 1, error=words % {"error": str(error)[:200]})


def parquet_open(file: IO[bytes]) -> Any:
    import pyarrow.parquet  # noqa: PLC0415

    metadata = pyarrow.parquet.read_metadata(file)
    leaves = [metadata.schema.column(i) for i in range(metadata.num_columns)]
    texts = [leaf.path for leaf in leaves if known_leaf(leaf.path) and is_text(leaf)]
    return pyarrow.parquet.ParquetFile(
        file, metadata=metadata, pre_buffer=False, read_dictionary=texts
    )


def parquet_rows(table: Any, columns: list[str]) -> Iterator[Any]:
    """Each row as a batch of its own; None for one longer than MAX_LINE."""
    for group in range(table.num_row_groups):  # texts of one dictionary each
        for batch in table.iter_batches(
            PARQUET_ROWS, row_groups=[group], columns=columns, use_threads=False
        ):
            short = row_size(batch) <= MAX_LINE
            for index in range(batch.num_rows):
                row = batch.slice(index, 1)
                yield row if short or row_size(row) <= MAX_LINE else None


def known_leaf(path: str) -> bool:
    return path.split(".")[0] in KNOWN_FIELDS


def is_text(leaf: Any) -> bool:
    return leaf.physical_type == "BYTE_ARRAY" and leaf.logical_type.type not in NOT_TEXT


def group_size(group: Any) -> int:
    """Bytes of a row group as stored, or of its values as decoded where those are more."""
    columns = [group.column(i) for i in range(group.num_columns)]
    values = sum(column.num_values for column in columns if known_leaf(column.path_in_schema))
    return int(max(group.total_byte_size, values * VALUE))


def row_size(rows: Any) -> int:
    """Bytes of some rows, each text counted as often as it is said."""
    return sum(array_size(column) for column in rows.columns)


def array_size(array: Any) -> int:
    import pyarrow  # noqa: PLC0415
    import pyarrow.compute  # noqa: PLC0415

    kind = pyarrow.types
    if isinstance(array, pyarrow.ExtensionArray):
        array = array.storage
    if kind.is_dictionary(array.type):
        lengths = pyarrow.compute.binary_length(array.dictionary)
        return int(pyarrow.compute.sum(lengths.take(array.indices)).as_py() or 0)
    if kind.is_struct(array.type):
        return sum(array_size(part) for part in array.flatten())
    if kind.is_map(array.type):
        return array_size(array.keys) + array_size(array.items)
    if kind.is_nested(array.type):
        return array_size(array.flatten())
    return int(array.nbytes)


def parquet_row(number: int, row: Any, unread: tuple[str, ...]) -> Line:
    try:
        fields = row.to_pylist()[0]
    except (ValueError, OverflowError, LookupError) as error:
        # A date past the year 9999, a time zone that nobody knows, text that is not UTF-8.
        words = _("A value cannot be read: %(error)s. Write it as text.")
        return Line(number, error=words % {"error": str(error)[:200]})
    nan = [name for name, value in fields.items() if isinstance(value, float) and math.isnan(value)]
    fields = {name: value for name, value in fields.items() if name not in nan}
    return Line(number, fields, unread=unread)
