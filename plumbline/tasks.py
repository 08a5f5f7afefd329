"""The periodic task that wires together what each app must look after."""

import logging
from collections.abc import Callable

from celery import shared_task

from annotation.discussion.digests import digests_reconcile
from annotation.exchange.imports import imports_reconcile
from annotation.gold.watch import standings_judge
from annotation.people.mails import mails_reconcile
from annotation.pool.scans import scans_reconcile
from annotation.quality.asking import quality_reconcile
from annotation.review.watching import reviews_reconcile
from inference.jobs.supervisor import jobs_reconcile
from training.rounds import rounds_reconcile

logger = logging.getLogger(__name__)

RECONCILES: tuple[Callable[[], object], ...] = (
    jobs_reconcile,
    imports_reconcile,
    scans_reconcile,
    rounds_reconcile,
    mails_reconcile,
    quality_reconcile,
    standings_judge,
    reviews_reconcile,
    digests_reconcile,
)


@shared_task(name="plumbline.reconcile", ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile_task() -> None:
    """Each app's own, in order; one that fails leaves the others their turn."""
    for reconcile in RECONCILES:
        try:
            reconcile()
        except Exception:
            logger.exception("%s failed; it is tried again", reconcile.__qualname__)
