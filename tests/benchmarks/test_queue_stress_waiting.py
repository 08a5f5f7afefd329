"""The queue's benchmark waits for its processes, and for none that broke."""

import multiprocessing
import sys
from typing import Any

import pytest

from benchmarks import queue_stress
from benchmarks.queue_stress import result_wait

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_stress, "TOLD_EVERY", 0.01)


def test_what_is_handed_in_is_waited_for() -> None:
    results: Any = SPAWN.Queue()
    told: list[bool] = []

    def tell() -> None:
        told.append(True)
        if len(told) == 3:
            results.put("done")

    assert result_wait(results, [], limit=60.0, tell=tell) == "done"


def test_a_process_that_broke_ends_the_wait() -> None:
    process = SPAWN.Process(target=sys.exit, args=(3,), name="labelers")
    process.start()
    with pytest.raises(ChildProcessError, match="labelers: 3"):
        result_wait(SPAWN.Queue(), [process], limit=60.0)


def test_the_wait_has_a_limit() -> None:
    with pytest.raises(TimeoutError, match="within 0 s"):
        result_wait(SPAWN.Queue(), [], limit=0.0)
