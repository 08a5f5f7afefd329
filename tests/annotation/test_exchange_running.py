"""An import from its check to the flip: what stops it, what kills it, what it takes."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection

from annotation.beating import Pace
from annotation.exchange import running
from annotation.exchange.exports import iter_demonstrations
from annotation.exchange.imports import batch_run, batch_start
from annotation.exchange.lines import PlannedLine
from annotation.exchange.reports import report_told
from annotation.exchange.running import FEWEST_LINES, FIRST_LINES, MOST_LINES, chunks
from annotation.exchange.staging import Chunk, keys_within
from annotation.models import Demonstration, ImportBatch, Prompt, Ranking, Task
from annotation.queue.claims import task_claim
from annotation.queue.standing import standing_get
from tests.annotation.exchange_files import (
    Killed,
    counts,
    demonstrations,
    imported,
    jsonl,
    k_line,
    killed_once_at,
    rows,
    small_chunks,
    upload,
)
from tests.cast import Cast

LINES, LONG = 200, 100_000
State = ImportBatch.State


def test_a_bad_line_stops_everything_unless_good_lines_are_wanted(cast: Cast) -> None:
    content = jsonl(*demonstrations(2)) + b"{oops\n" + jsonl({"x": 1}, *demonstrations(1, 2))
    batch = imported(cast.project, content)
    assert batch.state == State.FAILED
    assert batch.finished_at
    assert [error["line"] for error in report_told(batch.report)["errors"]] == [3, 4]
    assert "Not a JSON object" in report_told(batch.report)["errors"][0]["reason"]
    assert set(rows().values()) == {0}
    batch = imported(cast.project, content, good_lines_only=True)
    assert batch.state == State.VISIBLE
    assert batch.report["errors_total"] == 2
    assert counts(batch) == {"lines": 5, "prompts": 3, "demonstrations": 3}


def test_files_without_a_good_line_fail(cast: Cast) -> None:
    assert report_told(imported(cast.project, b"\n\n").report)["errors"] == [
        {"line": 0, "reason": "The file holds no lines."}
    ]
    assert imported(cast.project, b"{", good_lines_only=True).state == State.FAILED


def test_nothing_is_visible_before_the_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch)
    seen: list[tuple[int, int]] = []
    write = Chunk.write

    def watch(chunk: Chunk) -> None:
        write(chunk)
        seen.append((Prompt.objects.count(), Prompt.objects.visible().count()))

    monkeypatch.setattr(Chunk, "write", watch)
    imported(cast.project, jsonl(*demonstrations(6)))
    assert seen == [(2, 0), (4, 0), (6, 0)]
    assert Prompt.objects.visible().count() == 6


def test_tasks_enter_the_queue_with_the_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch)
    monkeypatch.setattr(running, "let_others_write", lambda: waiting.append(work()))
    waiting: list[int] = []

    def work() -> int:
        return standing_get(labeler=cast.lena, project=cast.project).waiting

    content = jsonl(*(k_line(f"Prompt {number}.", 4) for number in range(4)))
    imported(cast.project, content)
    assert waiting == [0, 0]
    assert set(Task.objects.values_list("state", flat=True)) == {"open"}
    assert work() == 4
    assert task_claim(labeler=cast.lena, project=cast.project)


@pytest.mark.parametrize("chunk_number", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_and_run_again_gives_the_same(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, chunk_number: int, after: bool
) -> None:
    small_chunks(monkeypatch)
    content = jsonl(
        *demonstrations(2),
        k_line("Hi", 5),
        {"prompt": "Ho", "chosen": "x", "rejected": "y"},
        *demonstrations(2),
        k_line("Hi", 3),
        {"instruction": "Say x.", "instances": [{"output": text} for text in ("x", "y", "z")]},
    )
    whole = imported(cast.other, content)
    expected = rows()
    batch = upload(cast.project, content)
    batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, chunk_number, after=after)
    with pytest.raises(Killed):
        batch_run(batch_id=batch.pk)
    assert batch_run(batch_id=batch.pk) is None  # its heart beat a moment ago: nobody may
    batch.refresh_from_db()
    assert batch.state == State.STAGING
    settings.HEARTBEAT_LOST = 0
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert rows() == {name: 2 * number for name, number in expected.items()}
    said = Demonstration.objects.filter(batch=batch, line=8).order_by("pk")
    assert list(said.values_list("text", flat=True)) == ["x", "y", "z"]
    assert batch.report == whole.report


def test_an_import_that_keeps_breaking_fails_and_leaves_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HEARTBEAT_LOST = 0
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(4)))
    batch_start(actor=None, batch=batch, call=False)
    write = Chunk.write

    def breaks(chunk: Chunk) -> None:
        if chunk.plans[0][0] > 2:
            raise IntegrityError("disk on fire")
        write(chunk)

    monkeypatch.setattr(Chunk, "write", breaks)
    for _ in range(running.MOST_ATTEMPTS):
        with pytest.raises(IntegrityError):
            batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.FAILED
    assert batch.finished_at
    assert "disk on fire" in report_told(batch.report)["errors"][0]["reason"]
    assert set(rows().values()) == {0}


def test_memory_does_not_grow_with_the_file(cast: Cast) -> None:
    """20 MB of text, from an archive of a few hundred kB, in at most 12 MB; and out again."""
    content = b"".join(
        json.dumps(
            {"prompt": f"Question {i}?", "completion": f"{i} " + "word " * (LONG // 5)}
        ).encode()
        + b"\n"
        for i in range(LINES)
    )
    assert len(content) > 20_000_000
    batch = upload(cast.project, gzip.compress(content), "long.jsonl.gz")
    del content
    batch_start(actor=None, batch=batch, call=False)
    tracemalloc.start()
    try:
        batch_run(batch_id=batch.pk)
        into = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert sum(1 for _ in iter_demonstrations(project=cast.project)) == LINES
        out_of = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.VISIBLE
    assert Demonstration.objects.count() == LINES
    assert into < 12_000_000, f"{into:,}"
    assert out_of < 25_000_000, f"{out_of:,}"  # a hundred rows at a time


@pytest.mark.parametrize("model", [Task, Demonstration, Ranking])
def test_keys_are_looked_for_along_their_index(cast: Cast, model: Any) -> None:
    """Else every chunk reads all that was imported before it."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL goes by how many rows there are")
    found = keys_within(cast.project, model, ["a", "b"])
    assert f"COVERING INDEX {model._meta.model_name}_import_once" in found.explain()


def test_chunks_follow_the_pace_and_the_size_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_CHARACTERS", 50)
    monkeypatch.setattr(PlannedLine, "characters", property(lambda line: line.number))
    pace = Pace(first=FIRST_LINES, fewest=FEWEST_LINES, most=MOST_LINES)
    pace.lines = 4

    def lines() -> Iterator[PlannedLine]:
        yield from (PlannedLine(number) for number in range(1, 20))
        yield PlannedLine(60)
        yield PlannedLine(61)

    found = [[line.number for line in chunk] for chunk in chunks(lines(), pace)]
    assert found == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
        [13, 14, 15, 16],
        [17, 18, 19],
        [60],
        [61],
    ]


def test_the_pace_nears_the_time_a_transaction_may_take() -> None:
    pace = Pace(first=FIRST_LINES, fewest=FEWEST_LINES, most=MOST_LINES)
    for _ in range(20):
        pace.took(pace.lines * 0.0002, pace.lines)  # 0.2 ms a line: 100 lines in 20 ms
    assert pace.lines == pytest.approx(100, abs=1)
    pace.took(60.0, pace.lines)
    assert pace.lines == FEWEST_LINES
    for _ in range(20):
        pace.took(0.0, pace.lines)
    assert pace.lines == MOST_LINES
