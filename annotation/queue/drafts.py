"""Drafts: what a labeler has so far, kept with the lease."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotation.queue.leases import assignment_lock, lease_keep
from annotation.queue.models import Assignment
from annotation.texts import json_validate

State = Assignment.State
MAX_DRAFT = 1_000_000


def draft_save(
    *, assignment: Assignment, draft: dict[str, Any], active_seconds: int = 0
) -> Assignment:
    """Keep what the labeler has so far, and renew the lease.

    Raises ValidationError when the draft cannot be stored or the work has been handed in.
    """
    if not isinstance(draft, dict):
        raise ValidationError("A draft is a JSON object.")
    json_validate(draft, what="The draft", limit=MAX_DRAFT)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state in (State.SUBMITTED, State.SKIPPED):
            raise ValidationError("This task has been handed in: the draft was not kept.")
        fresh.draft = draft
        fresh.draft_saved_at = timezone.now()
        fresh.save(update_fields=["draft", "draft_saved_at"])
        lease_keep(fresh, active_seconds=active_seconds)
    return fresh
