"""A caller's hold on a pending stage for the time that its preparation takes.

Only to save others the work: what counts is the compare-and-set at its end. `started_at` is the
claim's heart; the claim of a caller that died lapses.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from inference.jobs.beating import beating
from training.models import RoundStage


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

    def beating(self) -> AbstractContextManager[None]:
        """Beat from a thread while this one freezes data, which may take minutes."""
        return beating(self.beat)


def stage_claim(stage: RoundStage) -> StageClaim | None:
    """None where another caller prepares the stage."""
    now = timezone.now()
    lapsed = now - timedelta(seconds=settings.HEARTBEAT_LOST)
    free = Q(started_at=None) | Q(started_at__lt=lapsed)
    taken = RoundStage.objects.filter(free, pk=stage.pk, state=RoundStage.State.PENDING)
    return StageClaim(stage.pk, now) if taken.update(started_at=now) else None
