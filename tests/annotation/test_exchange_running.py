"""What an import takes while it runs: memory, and the write lock."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator

import pytest

from annotation.exchange import running
from annotation.exchange.exports import iter_demonstrations
from annotation.exchange.imports import batch_run, batch_start
from annotation.exchange.lines import PlannedLine
from annotation.exchange.running import FEWEST_LINES, MOST_LINES, Pace, chunks
from annotation.models import Demonstration, ImportBatch
from tests.annotation.exchange_files import upload
from tests.cast import Cast

LINES, LONG = 200, 100_000


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


def test_chunks_follow_the_pace_and_the_size_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_CHARACTERS", 50)
    monkeypatch.setattr(PlannedLine, "characters", property(lambda line: line.number))
    pace = Pace()
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
    pace = Pace()
    for _ in range(20):
        pace.took(pace.lines * 0.0002, pace.lines)  # 0.2 ms a line: 100 lines in 20 ms
    assert pace.lines == pytest.approx(100, abs=1)
    pace.took(60.0, pace.lines)
    assert pace.lines == FEWEST_LINES
    for _ in range(20):
        pace.took(0.0, pace.lines)
    assert pace.lines == MOST_LINES
