"""Files for the tests of imports: written to memory, uploaded, run, killed; and what they left."""

import gzip
import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from django.core.files.base import ContentFile
from django.db.models import Model

from annotation.exchange import running
from annotation.exchange.imports import batch_run, batch_start, batch_upload
from annotation.exchange.staging import Chunk
from annotation.models import (
    Completion,
    CompletionOrigin,
    Demonstration,
    ImportBatch,
    Judgment,
    Project,
    Prompt,
    Ranking,
    Task,
    TaskCompletion,
)

TABLES: tuple[type[Model], ...] = (
    *(Prompt, Completion, CompletionOrigin, Task, TaskCompletion),
    *(Demonstration, Ranking, Judgment),
)


def jsonl(*lines: Any) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def parquet(rows: Sequence[dict[str, Any]], **options: Any) -> bytes:
    """A Parquet file of rows; a field that only some of them have is null in the others."""
    names = dict.fromkeys(name for row in rows for name in row)
    table = pyarrow.table({name: [row.get(name) for row in rows] for name in names})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def upload(
    project: Project, content: bytes, name: str = "file.jsonl", kind: str = "auto"
) -> ImportBatch:
    return batch_upload(
        actor=None, project=project, file=ContentFile(content), filename=name, kind=kind
    )


def imported(
    project: Project,
    content: bytes,
    name: str = "file.jsonl",
    kind: str = "auto",
    good_lines_only: bool = False,
) -> ImportBatch:
    """Import to the end, without a worker; returns the batch as it ended."""
    batch = upload(project, content, name, kind)
    batch_start(actor=None, batch=batch, good_lines_only=good_lines_only, call=False)
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def counts(batch: ImportBatch) -> dict[str, int]:
    """The numbers of a report that are not zero."""
    return {
        name: number
        for name, number in batch.report.items()
        if isinstance(number, int) and number and not name.endswith("_total")
    }


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def rows() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


def demonstrations(count: int, start: int = 0) -> list[dict[str, str]]:
    return [
        {"prompt": f"Question {i}?", "completion": f"Answer {i}."}
        for i in range(start, start + count)
    ]


def k_line(prompt: str, count: int) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "completions": [{"model": f"m{i}", "text": f"answer {i}"} for i in range(count)],
    }


def small_chunks(monkeypatch: pytest.MonkeyPatch, lines: int = 2) -> None:
    monkeypatch.setattr(running, "FIRST_LINES", lines)
    monkeypatch.setattr(running, "MOST_LINES", lines)
    monkeypatch.setattr(running, "FEWEST_LINES", lines)


class Killed(BaseException):
    """What no handler catches: as if the process were gone."""


def killed_once_at(monkeypatch: pytest.MonkeyPatch, chunk_number: int, *, after: bool) -> None:
    write = Chunk.write
    calls = [0]

    def maybe(chunk: Chunk) -> None:
        calls[0] += 1
        if calls[0] == chunk_number and not after:
            raise Killed
        write(chunk)
        if calls[0] == chunk_number and after:
            raise Killed

    monkeypatch.setattr(Chunk, "write", maybe)
