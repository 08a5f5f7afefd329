"""One worker to an import, one import of a project at a time."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation.exchange.claims import batch_claim, batches_next
from annotation.exchange.imports import batch_run, batch_start
from annotation.exchange.staging import Chunk
from annotation.exchange.tasks import import_batch_task
from annotation.models import Demonstration, ImportBatch, Project
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


def started(*projects: Project) -> list[int]:
    """Ids of imports, one of each project, that wait for a worker."""
    batches = [upload(project, jsonl(*demonstrations(2))) for project in projects]
    for batch in batches:
        batch_start(actor=None, batch=batch, call=False)
    return [batch.pk for batch in batches]


def test_no_more_imports_run_than_may(cast: Cast, settings: Any) -> None:
    third = Project.objects.create(name="Third", slug="third")
    ids = started(cast.project, cast.other, third)
    running = batch_claim(batch_id=ids[0])
    assert running
    assert batches_next() == []
    assert batch_run(batch_id=ids[1]) is None
    assert ImportBatch.objects.get(pk=ids[1]).state == State.STAGING
    settings.IMPORTS_AT_ONCE = 2
    assert batches_next() == [ids[1]]
    assert batch_run(batch_id=ids[1]) == ids[2]  # done, and says who may begin in its place
    assert batch_claim(batch_id=ids[2])
    assert batches_next() == []


def test_an_import_that_ends_calls_the_next_of_any_project(cast: Cast, called: list[int]) -> None:
    ids = started(cast.project, cast.other)
    import_batch_task(batch_id=ids[1])
    assert called == [ids[0]]
    import_batch_task(batch_id=ids[0])
    assert called == [ids[0]]
    assert {batch.state for batch in ImportBatch.objects.all()} == {State.VISIBLE}


def test_a_dead_workers_import_holds_no_place(cast: Cast, settings: Any) -> None:
    ids = started(cast.project, cast.other)
    assert batch_claim(batch_id=ids[0])
    ImportBatch.objects.filter(pk=ids[0]).update(heartbeat_at=timezone.now() - timedelta(minutes=9))
    assert batches_next() == [ids[0]]  # begun ones go first
    assert batch_claim(batch_id=ids[1])
    assert batch_claim(batch_id=ids[0]) is None


@pytest.mark.django_db(transaction=True)
def test_workers_of_many_projects_at_once_respect_the_limit(cast: Cast) -> None:
    projects = [Project.objects.create(name=f"P{n}", slug=f"p{n}") for n in range(4)]
    ids = started(*projects)
    claims: list[bool] = []

    def work(batch_id: int) -> None:
        try:
            claims.append(batch_claim(batch_id=batch_id) is not None)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(batch_id,)) for batch_id in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(claims) == [False, False, False, True]


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
