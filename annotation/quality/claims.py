"""Who computes a report: one worker, and one report of all projects at a time.

A worker holds its CPU for as long as a report takes, and the rest of that queue's work needs one.
"""

from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone

from annotation.beating import Claim, lost_since
from annotation.quality.models import QualityReport

State = QualityReport.State
MOST_LOST = 3


def reports_running() -> QuerySet[QualityReport]:
    """Those that a living worker has."""
    return QualityReport.objects.filter(state=State.RUNNING, heartbeat_at__gt=lost_since())


def reports_dead() -> Q:
    return Q(state=State.RUNNING, heartbeat_at__lte=lost_since())


def report_claim(*, project_id: int) -> Claim[QualityReport] | None:
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
