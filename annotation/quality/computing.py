"""A worker's part: read the rankings, compute the report, store it. Imports numpy."""

import logging
import time

from django.utils import timezone

from annotation.beating import Claim, ClaimLostError
from annotation.people.models import Project
from annotation.quality.asking import latest_ranking, thresholds_of
from annotation.quality.claims import report_claim
from annotation.quality.models import QualityReport
from annotation.quality.reading import rankings_read
from annotation.quality.report import quality_report

State = QualityReport.State
logger = logging.getLogger(__name__)


def report_compute(*, project_id: int) -> None:
    """Compute the report if it is asked for and nobody else does. Safe to call at any time."""
    claim = report_claim(project_id=project_id)
    if claim is None:
        return
    try:
        report_store(claim)
    except ClaimLostError:
        return
    except Exception as error:
        logger.exception("The quality report of project %s broke", project_id)
        claim.beat(state=State.FAILED, error=f"{type(error).__name__}: {error}")
        raise


def report_store(claim: Claim[QualityReport]) -> None:
    began = time.monotonic()
    project = Project.objects.get(pk=claim.row.project_id)
    through = latest_ranking(project)
    rankings = rankings_read(project, through=through, step=claim.step)
    figures = quality_report(rankings, thresholds_of(project), claim.step)
    claim.beat(
        state=State.IDLE,
        computed_at=timezone.now(),
        checked_at=timezone.now(),
        seconds=round(time.monotonic() - began, 3),
        through=through,
        figures=figures,
        lost=0,
        error="",
    )
