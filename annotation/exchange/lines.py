"""A batch's file, line by line: read, understood, and planned for its project."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage

from annotation.exchange.formats import LineError, Parsed, parse_line
from annotation.exchange.plans import Plan, record_plan
from annotation.exchange.readers import read_lines
from annotation.people.models import Project
from annotation.prompts.models import ImportBatch
from annotation.words import Words
from annotation.words import gettext_words as _


@dataclass(frozen=True)
class PlannedLine:
    """A line's number with what it becomes, or the reason why it cannot."""

    number: int
    parsed: Parsed | None = None
    plans: tuple[Plan, ...] = ()
    error: Words | None = None

    @property
    def unknown(self) -> tuple[Words, ...]:
        """What of the line has no place in any form, or none in this project, each once."""
        parsed = self.parsed.unknown if self.parsed else ()
        return tuple(
            dict.fromkeys([*parsed, *(name for plan in self.plans for name in plan.unknown)])
        )

    @property
    def characters(self) -> int:
        return sum(
            sum(len(message["content"]) for message in plan.record.messages)
            + len(plan.record.demonstration)
            + sum(len(text) for text in plan.texts.values())
            for plan in self.plans
        )


def planned_lines(batch: ImportBatch, project: Project, *, after: int = 0) -> Iterator[PlannedLine]:
    """Yield the lines numbered past `after`, in order. Raises FileProblem."""
    with default_storage.open(batch.path, "rb") as file:
        for line in read_lines(file, batch.filename, max_bytes=settings.MAX_IMPORT_BYTES):
            if line.number <= after:
                continue
            if line.error:
                yield PlannedLine(line.number, error=line.error)
                continue
            try:
                parsed = parse_line(line.fields, unread=line.unread)
                plans = tuple(
                    record_plan(
                        record,
                        kind=batch.kind,
                        k_min=project.k_min,
                        k_max=project.k_max,
                        rubric=project.rubric,
                    )
                    for record in parsed.records
                )
            except LineError as error:
                yield PlannedLine(line.number, error=error.reason)
            except (ValueError, OverflowError, RecursionError) as error:
                # One odd line must not take the whole import with it.
                reason = _("Cannot be taken (%(error)s).") % {
                    "error": f"{type(error).__name__}: {error}"
                }
                yield PlannedLine(line.number, error=reason)
            else:
                yield PlannedLine(line.number, parsed, plans)
