"""Files for the tests of imports: written to memory, uploaded, run."""

import gzip
import json
from typing import Any

from django.core.files.base import ContentFile

from annotation.exchange.imports import batch_run, batch_start, batch_upload
from annotation.models import ImportBatch, Project


def jsonl(*lines: Any) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


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
