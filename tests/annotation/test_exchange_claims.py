"""One worker to an import, one import of a project at a time."""

import threading
from typing import Any

import pytest
from django.db import connection

from annotation.exchange.imports import batch_run, batch_start
from annotation.exchange.staging import Chunk
from annotation.models import Demonstration, ImportBatch
from tests.annotation.exchange_files import (
    Killed,
    counts,
    demonstrations,
    jsonl,
    killed_once_at,
    rows,
    small_chunks,
    upload,
)
from tests.cast import Cast

State = ImportBatch.State


def test_a_worker_taken_for_dead_commits_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stalls inside a chunk; a second takes over; the first must not count."""
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(4)))
    batch_start(actor=None, batch=batch, call=False)
    prepare = Chunk.prepare
    stalls = [True]

    def stall(chunk: Chunk) -> None:
        prepare(chunk)
        if stalls.pop() if stalls else False:
            settings.HEARTBEAT_LOST = 0
            batch_run(batch_id=batch.pk)

    monkeypatch.setattr(Chunk, "prepare", stall)
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 4, "prompts": 4, "demonstrations": 4}
    assert rows()["Demonstration"] == 4


def test_imports_of_a_project_go_one_after_another(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B brings A's prompt while A is staged. A is cancelled: B must not lose it."""
    small_chunks(monkeypatch, lines=1)
    a = upload(cast.project, jsonl(*demonstrations(2)))
    b = upload(cast.project, jsonl(*demonstrations(2)))
    for batch in (a, b):
        batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, 2, after=False)
    with pytest.raises(Killed):
        batch_run(batch_id=a.pk)
    settings.HEARTBEAT_LOST = 0
    assert batch_run(batch_id=b.pk) is None
    b.refresh_from_db()
    assert (b.state, b.lines_done) == (State.STAGING, 0)
    ImportBatch.objects.filter(pk=a.pk).update(state=State.CANCELLED)
    assert batch_run(batch_id=a.pk) == b.pk  # purged, and says who waits
    batch_run(batch_id=b.pk)
    assert Demonstration.objects.visible().count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_import_once(cast: Cast) -> None:
    batch = upload(cast.project, jsonl(*demonstrations(40)))
    batch_start(actor=None, batch=batch, call=False)

    def work() -> None:
        try:
            batch_run(batch_id=batch.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 40, "prompts": 40, "demonstrations": 40}
