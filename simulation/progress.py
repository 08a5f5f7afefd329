"""Bars for the headless loop, drawn from the database while jobs and people work."""

from threading import Event, Thread
from types import TracebackType

from django.db import connection
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from training.models import Round
from training.rounds import round_status


class RoundProgress:
    """Shows one bar per stage of a round; a context manager.

    The bars are read in a thread of their own, with a connection of its own: the loop's thread is
    busy supervising the very jobs that are shown.
    """

    def __init__(self, round_: Round) -> None:
        self.round_id = round_.pk
        self.bars = Progress(
            TextColumn(f"round {round_.number}  {{task.description:<32}}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self.tasks: dict[str, TaskID] = {}
        self.ended = Event()
        self.thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "RoundProgress":
        self.bars.start()
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self.thread.join(timeout=5)
        self.bars.stop()

    def _watch(self) -> None:
        try:
            while not self.ended.wait(0.5):
                self._draw()
            self._draw()
        finally:
            connection.close()

    def _draw(self) -> None:
        for stage in round_status(Round.objects.get(pk=self.round_id))["stages"]:
            if stage["state"] == "pending":
                continue
            name = stage["name"]
            if name not in self.tasks:
                self.tasks[name] = self.bars.add_task(stage["label"])
            task = self.tasks[name]
            total = max(stage["total"], 1)
            done = total if stage["state"] == "succeeded" else stage["done"]
            self.bars.update(task, completed=done, total=total)
            if stage["state"] == "succeeded":
                self.bars.stop_task(task)
