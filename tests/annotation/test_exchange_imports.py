"""Imports as people steer them: upload, look, start, cancel; and who calls the workers."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from annotation.exchange.claims import batch_claim
from annotation.exchange.imports import (
    batch_cancel,
    batch_preview,
    batch_run,
    batch_start,
    imports_reconcile,
)
from annotation.models import ImportBatch
from tests.annotation.exchange_files import demonstrations, jsonl, k_line, upload
from tests.cast import Cast

State = ImportBatch.State


def test_an_upload_is_bounded_and_its_name_is_no_path(cast: Cast, settings: Any) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}), "../../etc/x.jsonl")
    assert batch.path == f"imports/{batch.pk}/upload.jsonl"
    assert default_storage.exists(batch.path)
    broken = upload(cast.project, jsonl({"prompt": "x"}), "a\udcff\0<b>.jsonl")
    broken.refresh_from_db()
    assert broken.filename == r"a\udcff<b>.jsonl"
    settings.MAX_IMPORT_BYTES = 3
    with pytest.raises(ValidationError, match="larger than 3 bytes"):
        upload(cast.project, jsonl({"prompt": "x"}))


def test_an_upload_that_is_no_data_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="empty"):
        upload(cast.project, b"")
    with pytest.raises(ValidationError, match="not JSON lines"):
        upload(cast.project, b"x", "x.exe")
    with pytest.raises(ValidationError, match="Unknown kind"):
        upload(cast.project, b"{}", kind="spells")


def test_preview_tells_what_lines_become(cast: Cast) -> None:
    content = jsonl(k_line("Hi", 6), {"prompt": "x", "completion": "y"}) + b"oops\n"
    batch = upload(cast.project, content + jsonl(*demonstrations(30)))
    preview = batch_preview(batch=batch, lines=3)
    assert [line.becomes for line in preview.lines] == [
        ("a task: rank 6 answers",),
        ("a demonstration",),
        (),
    ]
    assert preview.forms == {"prompt and answers": 1, "prompt and completion": 1}
    assert [line.number for line in preview.errors] == [3]
    assert preview.more
    assert batch_preview(batch=upload(cast.project, b"PAR1x", "x.parquet")).problem


def test_a_preview_is_cancelled_at_once(cast: Cast) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}))
    batch_cancel(batch=batch)
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)


def test_start_calls_a_worker_after_the_commit_and_only_once(
    cast: Cast, called: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}))
    with django_capture_on_commit_callbacks(execute=True):
        batch_start(actor=cast.ada, batch=batch)
        assert called == []
    assert called == [batch.pk]
    with pytest.raises(ValidationError, match="started or cancelled before"):
        batch_start(actor=cast.ada, batch=batch)


def test_reconcile_calls_for_the_first_of_each_project_that_nobody_has(
    cast: Cast, settings: Any, called: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    first, second = (upload(cast.project, jsonl({"prompt": "x"})) for _ in range(2))
    other = upload(cast.other, jsonl({"prompt": "x"}))
    for batch in (first, second, other):
        batch_start(actor=None, batch=batch, call=False)
    assert imports_reconcile() == [first.pk]  # one at a time
    settings.IMPORTS_AT_ONCE = 3
    with django_capture_on_commit_callbacks(execute=True):
        assert imports_reconcile() == [first.pk, other.pk]
    assert called == [first.pk, other.pk]
    batch_run(batch_id=other.pk)
    assert batch_claim(batch_id=first.pk)
    assert imports_reconcile() == []
    settings.HEARTBEAT_LOST = 0
    assert imports_reconcile() == [first.pk]
