"""Who works on an import: one worker at a time, and one import of a project at a time.

No more than IMPORTS_AT_ONCE of all projects run together: each holds a cpu worker for as long as it
lasts, and the rest of that queue's work needs one too.

Because a project's imports run one after another, and an import that ended badly is purged before
the next begins, what a running import finds in the project is either visible or its own.
"""

from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotation import beating
from annotation.beating import ClaimLostError, alive
from annotation.people.models import Project
from annotation.prompts.models import ImportBatch

State = ImportBatch.State


class Claim(beating.Claim[ImportBatch]):
    """A worker's hold on a batch."""

    @property
    def batch(self) -> ImportBatch:
        return cast(ImportBatch, self.row)

    def cancelled(self) -> bool:
        """Whether the batch ended under this worker's hands, and is its to clear away."""
        heartbeat = self.batch.heartbeat_at
        self.batch.refresh_from_db()
        ended = self.batch.state in (State.FAILED, State.CANCELLED)
        return ended and not self.batch.finished_at and self.batch.heartbeat_at == heartbeat


def batches_open() -> QuerySet[ImportBatch]:
    """Batches with work left, a project's begun one first. Those ended badly want purging."""
    ended_badly = Q(state__in=[State.FAILED, State.CANCELLED], finished_at=None)
    return ImportBatch.objects.filter(Q(state=State.STAGING) | ended_badly).order_by(
        F("heartbeat_at").asc(nulls_last=True), "pk"
    )


def batches_waiting() -> list[ImportBatch]:
    """The first import of each project that no living worker has."""
    first: dict[int, ImportBatch] = {}
    for batch in batches_open():
        first.setdefault(batch.project_id, batch)
    return [batch for batch in first.values() if not alive(batch)]


def places_free() -> int:
    """How many imports may begin beside those that run."""
    return settings.IMPORTS_AT_ONCE - sum(alive(batch) for batch in batches_open())


def batches_next() -> list[int]:
    """Ids of the imports that may begin now."""
    return [batch.pk for batch in batches_waiting()[: max(0, places_free())]]


def batch_claim(*, batch_id: int) -> Claim | None:
    """Take the batch if it is its turn in its project, no living worker has it and a place is free.

    The projects of all open imports are locked, in one order, so that claims queue behind each
    other; their key is not, which the rows that a running import writes refer to.
    """
    with transaction.atomic():
        projects = Project.objects.filter(pk__in=batches_open().order_by().values("project"))
        list(projects.select_for_update(no_key=True).order_by("pk"))
        batch = {waiting.pk: waiting for waiting in batches_waiting()}.get(batch_id)
        if batch is None or places_free() < 1:
            return None
        claim = Claim(batch)
        try:
            claim.beat()
        except ClaimLostError:  # cancelled between the two queries
            return None
        return claim
