"""What was handed in, by labeler, kind and day: the rows that all figures are summed of.

Gold, evaluation and late extras count: they are work. A prompt that a labeler writes counts once
for what was handed in together.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from annotation.people.models import Project
from annotation.progress.local_days import local_day
from annotation.queue.models import Assignment, Task
from annotation.queue.standing import midnight
from annotation.writing.models import Writing

PROMPT = "prompt"
EXPECTED = (Task.Purpose.TRAIN, Task.Purpose.EVALUATION)
"""Purposes of tasks that come to an end; of gold and practice there is always more to do."""


@dataclass(frozen=True)
class Done:
    """`day` is None for all days before the ones that are told. `labels`: how many of what was
    done brought a task nearer to its end."""

    labeler: int
    kind: str
    day: date | None
    done: int
    seconds: int
    labels: int


def done_by_day(project: Project, *, days: int, labeler: int | None = None) -> list[Done]:
    """By labeler and kind: of each of the last `days` local days, and of all days before."""
    since = days_begin(days)
    whose = {} if labeler is None else {"labeler": labeler}
    submissions = Assignment.objects.filter(
        task__project=project, state=Assignment.State.SUBMITTED, **whose
    )
    written = Writing.objects.filter(project=project, **whose)
    return [
        *rows_of(submissions.filter(ended_at__lt=since), "task__kind"),
        *rows_of(dated(submissions, "ended_at", days=days), "task__kind", "day"),
        *rows_of(written.filter(created_at__lt=since)),
        *rows_of(dated(written, "created_at", days=days), "day"),
    ]


def rows_of(found: Any, *by: str) -> list[Done]:
    sums: dict[str, Any] = {"done": Count("pk"), "seconds": Sum("active_seconds")}
    if "task__kind" in by:
        sums["labels"] = Count("pk", filter=Q(task__purpose__in=EXPECTED, extra=False))
    return [
        Done(
            labeler=row["labeler"],
            kind=row.get("task__kind", PROMPT),
            day=row.get("day"),
            done=row["done"],
            seconds=row["seconds"],
            labels=row.get("labels", 0),
        )
        for row in found.order_by().values("labeler", *by).annotate(**sums)
    ]


def dated(rows: Any, field: str, *, days: int) -> Any:
    """Those of the last `days` local days, each with its `day`."""
    since, until = days_begin(days), timezone.now() + timedelta(days=1)
    day = local_day(field, since=since, until=until)
    return rows.filter(**{f"{field}__gte": since}).annotate(day=day)


def days_begin(days: int) -> datetime:
    """The midnight with which the last `days` local days begin, today among them."""
    first = midnight().replace(tzinfo=None) - timedelta(days=days - 1)
    return timezone.make_aware(first)


def days_back(days: int) -> list[date]:
    """The last `days` local days, today the last."""
    today = timezone.localdate()
    return [today - timedelta(days=back) for back in reversed(range(days))]


def week_begin() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())
