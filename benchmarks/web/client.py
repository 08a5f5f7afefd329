"""The people: all labelers of one run, in a process of its own that does nothing but HTTP.

    python -m benchmarks.web.client < ORDER > DIARY

The clock of the run starts when every labeler has handed in a task, or when `warm_up` seconds have
passed: until then all ask at once, which people do not. It runs for `seconds`, and up to LONGER
times as long where so few tasks were handed in that chance would say how many. What lies between
its start and its end is told, whatever it belongs to.
"""

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.web.connection import Connection
from benchmarks.web.labelers import LABELERS, Labeler, UnexpectedError

MOST_ERRORS = 20  # of one labeler, who then gives up
LOOK = 0.05  # seconds between two looks at who has begun
ENOUGH, LONGER = 3, 4  # tasks of each labeler


@dataclass(frozen=True)
class Order:
    way: str
    port: int
    project: str
    sessions: list[dict[str, str]]
    seconds: float
    warm_up: float


@dataclass(frozen=True)
class Diaries:
    """What all labelers saw within the clock's time."""

    seconds: float
    submitted: int
    all: int  # before and after the clock's time too
    next_ms: list[float]
    turn_ms: list[float]
    errors: list[str]
    cpu_share: float


async def work(labeler: Labeler, ended: asyncio.Event) -> None:
    """Label until the end, or until no work is left. An error is told, and the labeler begins
    anew, as people do who load the page again."""
    at_work = False
    while not ended.is_set() and len(labeler.diary.errors) < MOST_ERRORS:
        try:
            at_work = await (labeler.turn() if at_work else labeler.first())
            if not at_work:
                return
        except (OSError, UnexpectedError, KeyError, ValueError) as error:
            labeler.diary.errors.append((time.perf_counter(), f"{type(error).__name__}: {error}"))
            labeler.browser.close()
            at_work = False


async def run(order: Order) -> Diaries:
    labelers = [
        LABELERS[order.way](Connection(order.port, dict(cookies)), order.project)
        for cookies in order.sessions
    ]
    ended = asyncio.Event()
    works = [asyncio.create_task(work(labeler, ended)) for labeler in labelers]
    latest = time.perf_counter() + order.warm_up
    while time.perf_counter() < latest and not all(each.diary.submitted for each in labelers):
        await asyncio.sleep(LOOK)
    start, cpu = time.perf_counter(), cpu_seconds()
    wanted = sum(len(each.diary.submitted) for each in labelers) + ENOUGH * len(labelers)
    for _ in range(LONGER):
        _, left = await asyncio.wait(works, timeout=order.seconds)
        if not left or sum(len(each.diary.submitted) for each in labelers) >= wanted:
            break
    end, cpu = time.perf_counter(), cpu_seconds() - cpu
    ended.set()
    await asyncio.gather(*works)
    for labeler in labelers:
        labeler.browser.close()
    return within(labelers, start, end, cpu)


def within(labelers: list[Labeler], start: float, end: float, cpu: float) -> Diaries:
    """What was submitted and waited for within the clock's time; errors whenever they came."""
    diaries = [labeler.diary for labeler in labelers]
    return Diaries(
        seconds=end - start,
        submitted=sum(start <= at <= end for diary in diaries for at in diary.submitted),
        all=sum(len(diary.submitted) for diary in diaries),
        next_ms=[ms for diary in diaries for at, ms in diary.next if start <= at <= end],
        turn_ms=[ms for diary in diaries for at, ms in diary.turn if start <= at <= end],
        errors=[text for diary in diaries for _, text in diary.errors],
        cpu_share=cpu / (end - start),
    )


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(asyncio.run(run(Order(**order)))), sys.stdout)


if __name__ == "__main__":
    main()
