"""A caller's hold on a pending stage for the time that its preparation takes.

Only to save others the work: what counts is the compare-and-set at its end. `started_at` is the
claim's heart; the claim of a caller that died lapses.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from training.models import RoundStage

logger = logging.getLogger(__name__)


@dataclass
class StageClaim:
    stage_id: int
    beaten_at: datetime

    def beat(self) -> None:
        """Changes nothing where another caller has taken the stage meanwhile."""
        now = timezone.now()
        held = RoundStage.objects.filter(
            pk=self.stage_id, state=RoundStage.State.PENDING, started_at=self.beaten_at
        )
        if held.update(started_at=now):
            self.beaten_at = now

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat from a thread while this one freezes data, which may take minutes."""
        done = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(timeout=5)

    def _beat_until(self, done: threading.Event) -> None:
        while not done.wait(settings.HEARTBEAT_EVERY):
            try:
                self.beat()
            except Exception:
                logger.exception("A heartbeat of stage %s did not get through", self.stage_id)
        connection.close()


def stage_claim(stage: RoundStage) -> StageClaim | None:
    """None where another caller prepares the stage."""
    now = timezone.now()
    lapsed = now - timedelta(seconds=settings.HEARTBEAT_LOST)
    free = Q(started_at=None) | Q(started_at__lt=lapsed)
    taken = RoundStage.objects.filter(free, pk=stage.pk, state=RoundStage.State.PENDING)
    return StageClaim(stage.pk, now) if taken.update(started_at=now) else None
