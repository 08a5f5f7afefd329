"""Rows come out of a snapshot's files as they went in, in chunks."""

from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as parquet

from training.snapshot_files import SCHEMAS, rows_write


@dataclass(frozen=True)
class Row:
    prompt_id: int
    messages: list[dict[str, str]]
    split: str
    use_case: str = "no column of the file"


def test_rows_of_all_chunks_are_written_and_told(tmp_path):
    said = [{"role": "user", "content": "Grüße, 100 %"}]
    chunks = [[Row(1, said, "train"), Row(2, [], "validation")], [Row(3, said, "train")]]
    told = list(rows_write(tmp_path / "prompts.parquet", "prompt", chunks))
    file = parquet.ParquetFile(tmp_path / "prompts.parquet")
    assert file.schema_arrow == SCHEMAS["prompt"]
    assert file.num_row_groups == 2
    assert file.read().to_pylist() == told
    assert [row["prompt_id"] for row in told] == [1, 2, 3]
    assert [set(row) for row in told] == [{"prompt_id", "messages", "split"}] * 3


def test_no_rows_make_a_file_with_columns(tmp_path):
    empty: list[list[Any]] = []
    assert list(rows_write(tmp_path / "rankings.parquet", "ranking", empty)) == []
    assert parquet.read_table(tmp_path / "rankings.parquet").num_rows == 0
