"""What a cancelled import leaves behind: nothing of its own, all that others use."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.exchange.imports import batch_cancel, batch_run, batch_start
from annotation.exchange.staging import Chunk
from annotation.models import ImportBatch, Prompt
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.queue.tasks import task_create
from tests.annotation.exchange_files import (
    Killed,
    demonstrations,
    jsonl,
    k_line,
    killed_once_at,
    rows,
    small_chunks,
    upload,
)
from tests.cast import Cast

State = ImportBatch.State


def test_cancel_clears_away_what_was_staged_and_keeps_what_others_use(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, called: list[int]
) -> None:
    small_chunks(monkeypatch)
    theirs, _ = prompt_create(project=cast.project, messages=[{"role": "user", "content": "Hi"}])
    completion_create(prompt=theirs, text="answer 0")
    before = rows()
    content = jsonl(k_line("Hi", 5), *demonstrations(3), {"prompt": "Ho", "completions": ["a"]})
    batch = upload(cast.project, content)
    batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, 3, after=False)
    with pytest.raises(Killed):
        batch_run(batch_id=batch.pk)
    used = Prompt.objects.get(messages=[{"role": "user", "content": "Question 0?"}])
    task_create(project=cast.project, kind="demonstration", prompt=used)
    batch_cancel(batch=batch)
    settings.HEARTBEAT_LOST = 0
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)
    used.refresh_from_db()
    assert used.batch is None
    before["Prompt"] += 1
    before["Task"] += 1
    assert rows() == before
    with pytest.raises(ValidationError, match="ended already"):
        batch_cancel(batch=batch)


def test_cancel_while_a_worker_is_at_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, called: list[int]
) -> None:
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(6)))
    batch_start(actor=None, batch=batch, call=False)
    prepare = Chunk.prepare

    def cancelled(chunk: Chunk) -> None:
        prepare(chunk)
        if chunk.plans[0][0] == 3:
            batch_cancel(batch=batch)

    monkeypatch.setattr(Chunk, "prepare", cancelled)
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)
    assert set(rows().values()) == {0}
