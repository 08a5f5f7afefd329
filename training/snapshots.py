"""Snapshots: labels frozen into files that a learner reads in the database's place.

Rows come through annotation's export door and go to Parquet in chunks. The folder is published
before its row is written, and its lineage in short transactions after that: a run can only name a
snapshot whose files are whole, and one cut short is named by nobody.
"""

import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotation.exchange.exports import (
    ExportFilters,
    iter_demonstrations,
    iter_prompts,
    iter_rankings,
)
from annotation.models import Project
from inference.child.files import atomic_write_json, sha256_file
from inference.storage import folder_remove, publish_folder
from training.models import Snapshot, SnapshotItem

Kind = SnapshotItem.Kind
CHUNK = 1000

READERS = {
    Kind.DEMONSTRATION: iter_demonstrations,
    Kind.RANKING: iter_rankings,
    Kind.PROMPT: iter_prompts,
}


@dataclass(frozen=True)
class Written:
    """A Parquet file of a snapshot: its fingerprint, and the ids and splits of its rows."""

    sha256: str
    ids: list[int]
    splits: Counter[str]


def snapshot_create(
    *,
    project: Project,
    kinds: Sequence[str] = tuple(Kind.values),
    filters: ExportFilters | None = None,
) -> Snapshot:
    """Freeze the project's demonstrations, rankings or prompts that may train, as they are now.

    Raises ValidationError for an unknown kind.
    """
    filters = filters or ExportFilters()
    if unknown := set(kinds) - set(Kind.values):
        raise ValidationError(f"Unknown kinds of labels: {', '.join(sorted(unknown))}.")
    folder = f"snapshots/{project.pk}-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name)
        written = {kind: _write(project, filters, kind, temporary) for kind in kinds}
        manifest = _manifest(project, filters, written)
        atomic_write_json(temporary / "manifest.json", manifest)
        digest = sha256_file(temporary / "manifest.json")
        for path in temporary.iterdir():
            path.chmod(0o444)
        publish_folder(temporary, folder)
    snapshot = Snapshot.objects.create(
        project=project,
        folder=folder,
        sha256=digest,
        counts=manifest["counts"],
        filters=manifest["filters"],
    )
    for kind, one in written.items():
        _items_create(snapshot, kind, one.ids)
    return snapshot


def snapshot_discard(*, snapshot: Snapshot) -> None:
    """Remove a snapshot that nothing uses. Raises ProtectedError where a run does."""
    snapshot.delete()
    folder_remove(snapshot.folder)


def _write(project: Project, filters: ExportFilters, kind: str, folder: Path) -> Written:
    # 40 MB that web processes, which freeze nothing, save.
    from training.snapshot_files import rows_write  # noqa: PLC0415

    ids, splits = list[int](), Counter[str]()
    path = folder / f"{kind}s.parquet"
    chunks = _chunks(READERS[Kind(kind)](project=project, filters=filters))
    for row in rows_write(path, kind, chunks):
        ids.append(row[f"{kind}_id"])
        splits[row["split"]] += 1
    return Written(sha256_file(path), ids, splits)


def _manifest(
    project: Project, filters: ExportFilters, written: dict[str, Written]
) -> dict[str, Any]:
    return {
        "version": 1,
        "files": {
            f"{kind}s.parquet": {
                "sha256": one.sha256,
                "rows": len(one.ids),
                "splits": dict(sorted(one.splits.items())),
                "ids": one.ids,
            }
            for kind, one in written.items()
        },
        "counts": {f"{kind}s": len(one.ids) for kind, one in written.items()},
        "filters": {
            "project": project.slug,
            "kinds": sorted(written),
            "trains": True,
            "current": True,
            "outcome": "ranked",
            **_filters_plain(filters),
        },
        "created": timezone.now().isoformat(),
    }


def _filters_plain(filters: ExportFilters) -> dict[str, Any]:
    """Those that were given, as JSON can hold them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(filters).items()
        if value is not None
    }


def _items_create(snapshot: Snapshot, kind: str, ids: Sequence[int]) -> None:
    for some in _chunks(ids):
        with transaction.atomic():
            SnapshotItem.objects.bulk_create(
                SnapshotItem(snapshot=snapshot, kind=kind, object_id=one) for one in some
            )


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while some := list(islice(rows, CHUNK)):
        yield some
