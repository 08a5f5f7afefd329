"""Rows of Parquet files."""

import math
from collections.abc import Iterator
from typing import IO, Any

from annotation.exchange.formats import KNOWN_FIELDS
from annotation.exchange.readers.raw import MAX_LINE, TOO_LONG, FileProblem, Line

PARQUET_ROWS = 64
# Arrow decodes at least a page at a time and holds a row group's columns while it reads.
MAX_ROW_GROUP = 512 * 1024 * 1024


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
