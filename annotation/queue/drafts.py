"""Drafts: what a labeler has so far, kept with the lease.

A draft tells in itself how often it was saved (`revision`) and by which page (`writer`): see
draft_revisions.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.queue.draft_revisions import Drafted, DraftSeen, draft_newer, draft_revision
from annotation.queue.leases import assignment_lock, lease_keep
from annotation.queue.models import Assignment
from annotation.texts import json_validate, text_validate

State = Assignment.State
MAX_DRAFT = 1_000_000
MAX_WRITER = 64
OVERTAKEN = gettext_lazy(
    "This task has been changed in another tab since this page was opened: the draft was not kept."
)


class DraftOvertakenError(ValidationError):
    """Another writer has saved a newer draft than the one that this one began from."""


def draft_save(
    *,
    assignment: Assignment,
    draft: dict[str, Any],
    active_seconds: int = 0,
    base: int | None = None,
    writer: str = "",
) -> Assignment:
    """Keep what the labeler has so far, and renew the lease. Returns the assignment as it stands.

    `base` is the revision that this draft began from, `writer` names the page that writes: it may
    always go on with its own draft. Without a base the draft is kept whatever was saved meanwhile.
    Raises ValidationError when the draft cannot be stored or the work has been handed in, and
    DraftOvertakenError when another writer has saved a revision after `base`.
    """
    draft_validate(draft, writer=writer)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.state in (State.SUBMITTED, State.SKIPPED):
            raise ValidationError(_("This task has been handed in: the draft was not kept."))
        fresh.draft = draft_next(fresh, draft, base=base, writer=writer)
        fresh.draft_saved_at = timezone.now()
        fresh.save(update_fields=["draft", "draft_saved_at"])
        lease_keep(fresh, active_seconds=active_seconds)
    return fresh


def draft_validate(draft: Any, *, writer: Any) -> None:
    """Raise ValidationError for a draft that cannot be stored."""
    if not isinstance(draft, dict):
        raise ValidationError(_("A draft is a JSON object."))
    json_validate(draft, what=_("The draft"), limit=MAX_DRAFT)
    text_validate(writer, what=_("The writer's name"), limit=MAX_WRITER, blank=True)


def draft_next(
    row: Drafted, draft: dict[str, Any], *, base: int | None, writer: str
) -> dict[str, Any]:
    """The draft as a (locked) row is to keep it. Raises DraftOvertakenError (see draft_save)."""
    if base is None:
        return draft
    if draft_newer(row, DraftSeen(base, writer)):
        raise DraftOvertakenError(OVERTAKEN)
    return {**draft, "revision": max(draft_revision(row), base) + 1, "writer": writer}
