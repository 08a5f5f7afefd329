"""What a labeler has so far of a kind of prompt: kept on the server until it is handed in."""

from typing import Any

from django.db import transaction

from annotation.people.members import memberships_labeling
from annotation.people.models import Project, User
from annotation.queue.draft_revisions import DraftSeen, draft_newer, draft_says
from annotation.queue.drafts import draft_next, draft_validate
from annotation.writing.models import WritingDraft


def draft_get(*, project: Project, labeler: User, kind: str) -> WritingDraft:
    """The labeler's draft, or one that is not stored yet."""
    own = {"project": project, "labeler": labeler, "kind": kind}
    return WritingDraft.objects.filter(**own).first() or WritingDraft(**own)


def drafts_of(*, labeler: User) -> list[WritingDraft]:
    """All of the labeler's, in projects in which they are an active one."""
    own = WritingDraft.objects.filter(labeler=labeler)
    if not labeler.is_superuser:
        own = own.filter(project__in=memberships_labeling(labeler).values("project"))
    return list(own.select_related("project", "labeler").order_by("pk"))


def kept_prefix(draft: WritingDraft) -> str:
    """Of the keys under which a browser keeps drafts of this kind: it may be shared."""
    return f"plumbline:writing:{draft.project.slug}:{draft.labeler.public_id}:{draft.kind}:"


def writing_draft_save(
    *,
    project: Project,
    labeler: User,
    kind: str,
    draft: dict[str, Any],
    active_seconds: int = 0,
    base: int | None = None,
    writer: str = "",
) -> None:
    """Keep what the labeler has so far. `base`, `writer` and what is raised: as of draft_save."""
    draft_validate(draft, writer=writer)
    with transaction.atomic():
        row = draft_lock(project=project, labeler=labeler, kind=kind)
        row.draft = draft_next(row, draft, base=base, writer=writer)
        row.active_seconds += active_seconds
        row.save()


def writing_seconds_add(*, project: Project, labeler: User, kind: str, seconds: int) -> None:
    """Count time at work on what has not been handed in."""
    with transaction.atomic():
        row = draft_lock(project=project, labeler=labeler, kind=kind)
        row.active_seconds += seconds
        row.save()


def draft_end(*, project: Project, labeler: User, kind: str, seen: DraftSeen | None) -> int:
    """Drop the draft of what is handed in; returns its active seconds.

    One that another page saved since it was `seen` stays, and so does that of who saw none: its
    text is of another prompt. Inside a transaction.
    """
    if seen is None:
        return 0
    own = {"project": project, "labeler": labeler, "kind": kind}
    row = WritingDraft.objects.select_for_update(of=("self",)).filter(**own).first()
    if row is None:
        return 0
    seconds = row.active_seconds
    if draft_newer(row, seen) and draft_says(row.draft):
        row.active_seconds = 0
        row.save(update_fields=["active_seconds"])
    else:
        row.delete()
    return seconds


def draft_lock(*, project: Project, labeler: User, kind: str) -> WritingDraft:
    row, _ = WritingDraft.objects.select_for_update(of=("self",)).get_or_create(
        project=project, labeler=labeler, kind=kind
    )
    return row
