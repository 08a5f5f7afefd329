"""The Parquet files of a snapshot: their columns, and how rows get into them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from training.models import SnapshotItem

Kind = SnapshotItem.Kind

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMAS: dict[str, pa.Schema] = {
    Kind.DEMONSTRATION: pa.schema(
        [
            ("prompt_id", pa.int64()),
            ("demonstration_id", pa.int64()),
            ("messages", MESSAGES),
            ("completion", pa.string()),
            ("split", pa.string()),
        ]
    ),
    Kind.RANKING: pa.schema(
        [
            ("ranking_id", pa.int64()),
            ("prompt_id", pa.int64()),
            ("labeler", pa.string()),
            ("messages", MESSAGES),
            ("completion_ids", pa.list_(pa.int64())),
            ("completions", pa.list_(pa.string())),
            ("ranks", pa.list_(pa.int32())),
            ("likerts", pa.list_(pa.int32())),
            ("strength", pa.int32()),
            ("split", pa.string()),
        ]
    ),
    Kind.PROMPT: pa.schema(
        [("prompt_id", pa.int64()), ("messages", MESSAGES), ("split", pa.string())]
    ),
}


def rows_write(path: Path, kind: str, chunks: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Write rows of `kind`, chunk by chunk; yields each, as its columns, once it is written.

    The file is whole when the last one has been taken.
    """
    schema = SCHEMAS[kind]
    with parquet.ParquetWriter(path, schema) as writer:
        for rows in chunks:
            columns = [{name: getattr(row, name) for name in schema.names} for row in rows]
            writer.write_table(pa.Table.from_pylist(columns, schema=schema))
            yield from columns
