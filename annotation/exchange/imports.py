"""Imports as people steer them: upload, look, start, cancel. See running.py for the work itself."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.exchange.claims import batches_next
from annotation.exchange.formats import Record
from annotation.exchange.lines import PlannedLine, planned_lines
from annotation.exchange.plans import Plan
from annotation.exchange.readers import FileProblem, file_kind
from annotation.exchange.running import batch_run
from annotation.exchange.tasks import import_batch_task
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.prompts.models import ImportBatch
from annotation.texts import text_validate
from annotation.words import readable

__all__ = [
    "Preview",
    "PreviewLine",
    "batch_cancel",
    "batch_preview",
    "batch_run",
    "batch_start",
    "batch_upload",
    "imports_reconcile",
]
State = ImportBatch.State


@dataclass(frozen=True)
class PreviewLine:
    """A line as the import would take it. `becomes` is in plain words; `error` is "" or why not."""

    number: int
    form: str = ""
    becomes: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Preview:
    """The first lines of a file. `forms`: how many lines each form has; `problem`: of the file."""

    lines: Sequence[PreviewLine]
    forms: dict[str, int]
    errors: Sequence[PreviewLine]
    more: bool
    problem: str = ""


def batch_upload(
    *,
    actor: User | None,
    project: Project,
    file: "File[Any]",
    filename: str,
    kind: str = ImportBatch.Kind.AUTO,
    licence: str = "",
    notes: str = "",
) -> ImportBatch:
    """Store a file for import and return its batch, to be looked at before it is started.

    `licence` and `notes` say under what its records may be used, and what people consented to.

    Raises ValidationError for a kind or a file that cannot be taken.
    """
    if kind not in ImportBatch.Kind.values:
        raise ValidationError(_("Unknown kind of import: %(kind)s.") % {"kind": kind})
    if file.size > settings.MAX_IMPORT_BYTES:
        raise ValidationError(
            _("The file is larger than %(max_import_bytes)s bytes. Split it.")
            % {"max_import_bytes": intcomma(settings.MAX_IMPORT_BYTES)}
        )
    text_validate(licence, what=_("The licence"), limit=120, blank=True)
    text_validate(notes, what=_("The notes"), limit=2_000, blank=True)
    filename = readable(filename)
    try:
        form = file_kind(file, filename)
    except FileProblem as problem:
        raise ValidationError(str(problem.reason)) from problem
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            project=project,
            created_by=actor,
            kind=kind,
            filename=filename[-255:],
            sha256=digest.hexdigest(),
            licence=licence,
            notes=notes,
        )
    # The name a file is stored under is ours: what a person calls it never becomes a path.
    path = default_storage.save(f"imports/{batch.pk}/upload.{form}", file)
    ImportBatch.objects.filter(pk=batch.pk).update(path=path)
    batch.path = path
    return batch


def batch_preview(*, batch: ImportBatch, lines: int = 20) -> Preview:
    """What the first lines of the file would become; reads no further than it shows."""
    try:
        found = list(islice(planned_lines(batch, batch.project), lines + 1))
    except FileProblem as problem:
        return Preview((), {}, (), False, str(problem.reason))
    shown = [preview_line(line) for line in found[:lines]]
    return Preview(
        lines=shown,
        forms=dict(Counter(line.form for line in shown if line.form)),
        errors=[line for line in shown if line.error],
        more=len(found) > lines,
    )


def preview_line(line: PlannedLine) -> PreviewLine:
    if line.parsed is None:
        return PreviewLine(line.number, error=str(line.error))
    return PreviewLine(
        number=line.number,
        form=_(line.parsed.form),
        becomes=tuple(words for plan in line.plans for words in plan_words(plan)),
        records=tuple(plan.record for plan in line.plans),
        notes=(
            *(_("%(name)s: left out") % {"name": name} for name in line.unknown),
            *(str(note) for plan in line.plans for note in plan.notes),
        ),
    )


def plan_words(plan: Plan) -> list[str]:
    words = [_("a demonstration")] if plan.record.demonstration else []
    if plan.ranking:
        words.append(_("a ranking of %(count)s answers") % {"count": len(plan.ranking)})
    words += [_("a task: rank %(count)s answers") % {"count": len(task)} for task in plan.tasks]
    if plan.texts and not plan.ranking and not plan.tasks:
        count = len(plan.texts)
        words.append(
            ngettext("%(count)s completion", "%(count)s completions", count) % {"count": count}
        )
    return words or [_("a prompt")]


def batch_start(
    *, actor: User | None, batch: ImportBatch, good_lines_only: bool = False, call: bool = True
) -> None:
    """Start an import that was looked at; without `call` the caller is its worker.

    Raises ValidationError when it was started already.
    """
    with transaction.atomic():
        started = ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEW).update(
            state=State.STAGING, good_lines_only=good_lines_only
        )
        if not started:
            raise ValidationError(_("This import was started or cancelled before."))
        audit(
            project=batch.project,
            actor=actor,
            verb="import_start",
            target=batch.filename,
            batch=batch.pk,
        )
        if call:
            batch_call(batch.pk)
    batch.refresh_from_db()


def batch_cancel(*, batch: ImportBatch) -> None:
    """Stop an import. What it wrote was never visible, and a worker clears it away.

    Raises ValidationError when it has ended already.
    """
    with transaction.atomic():
        rows = ImportBatch.objects.filter(pk=batch.pk, state__in=[State.PREVIEW, State.STAGING])
        if not rows.update(state=State.CANCELLED):
            raise ValidationError(_("This import has ended already: it cannot be cancelled."))
        batch.refresh_from_db()
        if batch.heartbeat_at is None:  # nothing was written
            batch.finished_at = timezone.now()
            batch.save(update_fields=["finished_at"])
        else:
            batch_call(batch.pk)


def batch_call(batch_id: int) -> None:
    """Ask for a worker once the transaction is through; a lost message is made up for later."""
    transaction.on_commit(lambda: import_batch_task.delay(batch_id=batch_id), robust=True)


def imports_reconcile() -> list[int]:
    """Call workers for the imports that may begin now. Returns their ids."""
    ids = batches_next()
    for batch_id in ids:
        batch_call(batch_id)
    return ids
