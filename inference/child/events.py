"""events.jsonl: a child process's append-only account of what it does, one JSON object a line."""

import json
import math
import threading
import time
from pathlib import Path
from typing import Any, Literal

Event = dict[str, Any]
EVENTS = "events.jsonl"


class EventLog:
    """Appends events to a file, each flushed at once, so that a reader sees it while we work.

    Metrics are idempotent by (name, step): a resumed process may write one again.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = _ends_torn(path)
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        if torn:
            # A killed predecessor left half a line: end it, lest it swallow our first event.
            self._file.write("\n")

    def metric(self, name: str, step: int, value: float) -> None:
        """JSON has no NaN: a metric that is not finite becomes a warning instead."""
        if math.isfinite(value):
            self._write({"type": "metric", "name": name, "step": step, "value": float(value)})
        else:
            self.message(f"{name} is {value} at step {step}", level="warning")

    def metrics(self, step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.metric(name, step, value)

    def progress(self, phase: str, done: int, total: int) -> None:
        self._write({"type": "progress", "phase": phase, "done": done, "total": total})

    def sample(
        self, step: int, prompt: str, completion: str, reward: float | None, kl: float | None
    ) -> None:
        self._write(
            {
                "type": "sample",
                "step": step,
                "prompt": prompt,
                "completion": completion,
                "reward": reward,
                "kl": kl,
            }
        )

    def message(self, text: str, level: Literal["info", "warning"] = "info") -> None:
        self._write({"type": "message", "level": level, "text": text})

    def error(self, cause: str, advice: str) -> None:
        """`cause` says what went wrong in plain words, `advice` what to change."""
        self._write({"type": "error", "cause": cause, "advice": advice})

    def result(self, result: dict[str, Any]) -> None:
        self._write({"type": "result", **result})

    def close(self) -> None:
        self._file.close()

    def _write(self, event: Event) -> None:
        line = json.dumps({"t": round(time.time(), 3), **event}, ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


def read_events(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """The whole events after byte `offset`, and the offset to read on from."""
    located, end = locate_events(path, offset)
    return [event for _, event in located], end


def locate_events(path: Path, offset: int = 0) -> tuple[list[tuple[int, Event]], int]:
    """As `read_events`, each event with the byte offset of its line.

    A line still being written is left for the next call; a torn line (its writer was killed) is
    skipped. A missing file has no events.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    located = []
    for line in data[: data.rfind(b"\n") + 1].splitlines(keepends=True):
        if (event := _parse(line)) is not None:
            located.append((offset, event))
        offset += len(line)
    return located, offset


def _parse(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _ends_torn(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.seek(0, 2) == 0:
                return False
            file.seek(-1, 2)
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False
