"""Changing many prompts at once: a few here and now, more by a worker, in chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.beating import Claim, let_others_write
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.pool.jobs import job_create
from annotation.pool.models import PromptJob, PromptSketch
from annotation.pool.selecting import Wanted, prompts_select
from annotation.pool.withdrawal import prompts_restore, prompts_withdraw
from annotation.prompts.marks import Marks, marks_of, marks_read
from annotation.prompts.models import Prompt, UseCase
from annotation.queue.marking import prompt_remark
from annotation.queue.routes import Routes

MOST_NOW = 100
CHUNK = 50
IDENTIFIED = "identified"
"""As a language: what the scan told it to be."""


class Move(models.TextChoices):
    WITHDRAW = "withdraw", gettext_lazy("Withdraw")
    RESTORE = "restore", gettext_lazy("Put back")


@dataclass(frozen=True)
class Change:
    """What is to be changed; None stays as it is. An empty language, or no tags, clears them."""

    use_case: str | None = None
    language: str | None = None
    skills: tuple[str, ...] | None = None
    sensitive: tuple[str, ...] | None = None
    move: str | None = None

    @property
    def empty(self) -> bool:
        return self == Change()


def change_read(
    *,
    use_case: str | None = None,
    language: str | None = None,
    skills: Any = None,
    sensitive: Any = None,
    move: str | None = None,
) -> Change:
    """A change as people give it. Raises ValidationError by field."""
    if use_case is not None and use_case not in UseCase.values:
        raise ValidationError({"use_case": _("Choose a use case.")})
    if move is not None and move not in Move.values:
        raise ValidationError({"move": _("Withdraw prompts or put them back.")})
    identified = language == IDENTIFIED
    marks = marks_read(
        language="" if identified or language is None else language,
        skills=skills or (),
        sensitive=sensitive or (),
    )
    change = Change(
        use_case=use_case,
        language=None if language is None else IDENTIFIED if identified else marks.language,
        skills=None if skills is None else marks.skills,
        sensitive=None if sensitive is None else marks.sensitive,
        move=move,
    )
    if change.empty:
        raise ValidationError(_("Say what is to be changed."))
    return change


def change_restored(stored: dict[str, Any]) -> Change:
    """A change as a job keeps it: JSON has no tuples."""
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return Change(**said)


def prompts_edit(
    *, actor: User | None, project: Project, wanted: Wanted, change: Change
) -> tuple[int, PromptJob | None]:
    """Change the prompts that `wanted` selects: at once, or by a job where there are more than
    MOST_NOW. Returns how many were changed, and the job.

    Raises ValidationError where nothing is selected.
    """
    ids = list(selected(project, wanted, after=0)[: MOST_NOW + 1])
    if not ids:
        raise ValidationError(_("Choose the prompts first."))
    said = {name: value for name, value in vars(change).items() if value is not None}
    with transaction.atomic():
        audit(
            project=project,
            actor=actor,
            verb="prompts_edit",
            target=project.slug,
            change=said,
            wanted=wanted.stored(),
        )
        if len(ids) > MOST_NOW:
            last = (
                Prompt.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)
            )
            spec = {"wanted": wanted.stored(), "change": said, "last": last.last()}
            job = job_create(actor=actor, project=project, kind=PromptJob.Kind.EDIT, spec=spec)
            return 0, job
        prompts_change(actor=actor, project=project, ids=ids, change=change)
    return len(ids), None


def selected(project: Project, wanted: Wanted, *, after: int) -> "QuerySet[Prompt, int]":
    """Ids of the prompts selected, in the order in which a worker goes through them."""
    found = prompts_select(project, wanted).filter(pk__gt=after).order_by("pk")
    return found.values_list("pk", flat=True)


def edit_work(claim: Claim[PromptJob]) -> None:
    """Change chunk by chunk; the cursor moves with the rows. What came later is left alone."""
    job = claim.row
    project = Project.objects.get(pk=job.project_id)
    wanted = Wanted.restored(job.spec["wanted"])
    change = change_restored(job.spec["change"])
    left = selected(project, wanted, after=job.cursor).filter(pk__lte=job.spec["last"])
    claim.beat(total=job.done + left.count())
    while True:
        chunk = selected(project, wanted, after=job.cursor).filter(pk__lte=job.spec["last"])
        ids = list(chunk[:CHUNK])
        if not ids:
            return
        with transaction.atomic():
            prompts_change(actor=job.created_by, project=project, ids=ids, change=change)
            claim.beat(attempts=0, cursor=ids[-1], done=job.done + len(ids))
        let_others_write()


def prompts_change(
    *, actor: User | None, project: Project, ids: Sequence[int], change: Change
) -> None:
    """The change itself; the caller owns the transaction."""
    if change.use_case is not None:
        Prompt.objects.filter(pk__in=ids).update(use_case=change.use_case)
    if (change.language, change.skills, change.sensitive) != (None, None, None):
        marks_change(project, ids, change)
    if change.move == Move.WITHDRAW:
        prompts_withdraw(actor=actor, project=project, ids=ids)
    elif change.move == Move.RESTORE:
        prompts_restore(actor=actor, project=project, ids=ids)


def marks_change(project: Project, ids: Sequence[int], change: Change) -> None:
    told = dict(
        PromptSketch.objects.filter(prompt__in=ids).values_list("prompt_id", "language")
        if change.language == IDENTIFIED
        else ()
    )
    routes = Routes(project)
    for prompt in Prompt.objects.filter(pk__in=ids).order_by("pk"):
        held = marks_of(prompt)
        language = change.language
        if language == IDENTIFIED:
            language = told.get(prompt.pk) or None
        marks = Marks(
            language=held.language if language is None else language,
            skills=held.skills if change.skills is None else change.skills,
            sensitive=held.sensitive if change.sensitive is None else change.sensitive,
        )
        if marks != held:
            prompt_remark(prompt=prompt, marks=marks, routes=routes)
