"""Who computes a report: one worker, and one report of all projects at a time.

A worker holds its CPU for as long as a report takes, and the rest of that queue's work needs one.
"""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone

from annotation.quality.models import QualityReport

State = QualityReport.State
MOST_LOST = 3


class ClaimLostError(Exception):
    """The report is another worker's now."""


class Claim:
    """A worker's hold on a report. What it writes names its attempt: a worker that was taken for
    dead, and wakes up after another has gone on, can write nothing."""

    def __init__(self, report: QualityReport) -> None:
        self.report = report
        self.beaten = time.monotonic()

    def step(self) -> None:
        """Beat, if it is time; raises ClaimLostError."""
        if time.monotonic() - self.beaten > settings.HEARTBEAT_EVERY:
            self.beaten = time.monotonic()
            self.write(heartbeat_at=timezone.now())

    def write(self, **changes: Any) -> None:
        held = QualityReport.objects.filter(
            pk=self.report.pk, state=State.RUNNING, attempt=self.report.attempt
        )
        if not held.update(**changes):
            raise ClaimLostError


def _lost_since() -> Any:
    return timezone.now() - timedelta(seconds=settings.HEARTBEAT_LOST)


def reports_running() -> QuerySet[QualityReport]:
    """Those that a living worker has."""
    return QualityReport.objects.filter(state=State.RUNNING, heartbeat_at__gt=_lost_since())


def reports_dead() -> Q:
    return Q(state=State.RUNNING, heartbeat_at__lte=_lost_since())


def report_claim(*, project_id: int) -> Claim | None:
    """Take a report that is queued, or whose worker's heart stopped; None where there is none to
    take, or another one is being computed. The third worker lost ends it."""
    mine = QualityReport.objects.filter(project_id=project_id)
    ended = "Three workers died over it. Look into their log, and ask again."
    mine.filter(reports_dead(), lost__gte=MOST_LOST - 1).update(state=State.FAILED, error=ended)
    begin = {"attempt": F("attempt") + 1, "heartbeat_at": timezone.now(), "state": State.RUNNING}
    free = mine.filter(~Exists(reports_running()))
    taken = free.filter(state=State.QUEUED).update(**begin)
    taken = taken or free.filter(reports_dead()).update(**begin, lost=F("lost") + 1)
    return Claim(mine.get()) if taken else None
