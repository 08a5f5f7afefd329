"""A worker's hold on a row of work: whoever's heartbeat the row shows has it, and nobody else.

A claim is the time of its last heartbeat. Every write of the worker names the heartbeat it knows in
its WHERE, in the same transaction as the rows: a worker that was taken for dead, and wakes up after
another has gone on, can commit nothing.
"""

import time
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)

# Seconds of computing in a transaction. SQLite has one writer: a labeler's submit waits for it.
SHORT = 0.02
# Seconds: several times plumbline.sqlite3's longest BETWEEN.
FREE = 0.005


class ClaimLostError(Exception):
    """The row is another worker's now, or was cancelled."""


class Claim(Generic[Row]):
    """A worker's hold on a row that has a `state` and a `heartbeat_at`."""

    def __init__(self, row: Row) -> None:
        self.row: Any = row

    def beat(self, **changes: Any) -> None:
        """Write `changes` to the row with a new heartbeat; raises ClaimLostError."""
        now = timezone.now()
        rows = type(self.row)._default_manager.filter(
            pk=self.row.pk, state=self.row.state, heartbeat_at=self.row.heartbeat_at
        )
        if not rows.update(heartbeat_at=now, **changes):
            raise ClaimLostError
        self.row.heartbeat_at = now
        for name, value in changes.items():
            setattr(self.row, name, value)

    def step(self) -> None:
        """Beat, if it is time; raises ClaimLostError."""
        if timezone.now() - self.row.heartbeat_at > timedelta(seconds=settings.HEARTBEAT_EVERY):
            self.beat()


def lost_since() -> datetime:
    """A heart that has not beaten after this has stopped."""
    return timezone.now() - timedelta(seconds=settings.HEARTBEAT_LOST)


def alive(row: Any) -> bool:
    """Whether a worker's heart beat for this row a short while ago."""
    return row.heartbeat_at is not None and row.heartbeat_at > lost_since()


class Pace:
    """How many rows the next chunk takes, so that its transaction stays near SHORT.

    Judged by computing time. Were waiting counted, for the lock or for a processor, then chunks
    would shrink to nothing on a busy machine and only add to its load.
    """

    def __init__(self, *, first: int, fewest: int, most: int) -> None:
        self.lines, self.fewest, self.most = first, fewest, most

    def took(self, seconds: float, lines: int) -> None:
        fitting = lines * SHORT / max(seconds, 1e-4)
        self.lines = int(min(max(fitting, self.fewest), self.most, self.lines * 2))


def let_others_write() -> None:
    """Leave SQLite's lock free for longer than anybody who waits takes between two tries.

    Longer need not be: from then on the worker waits among them, as one of many.
    """
    if connection.vendor == "sqlite":
        time.sleep(FREE)
