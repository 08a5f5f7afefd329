"""Who took far less or more time than the texts explain. Imports numpy.

A few submissions are compared with the latest thousand of their kind, as the quality report does
with all of a project's (`annotation/quality/statistics/durations.py`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet, Sum, TextField
from django.db.models.functions import Cast, Coalesce, Length

from annotation.feedback.models import Demonstration, Feedback, Ranking
from annotation.people.models import Project
from annotation.quality.statistics.durations import pace, robust_z
from annotation.queue.models import Task

COMPARED = 1_000
FEWEST = 20
"""With fewer there is no telling what is usual."""


class Timed(NamedTuple):
    """A submission: seconds of work, and the characters that were read, or read and written."""

    pk: int
    task: int
    seconds: int
    characters: int


def usual_of(project: Project, kind: str) -> list[Timed]:
    """The latest ones."""
    rows = timed(kind).filter(project=project).order_by("-pk")
    return read(kind, list(rows.values_list("pk", flat=True)[:COMPARED]))


def of_tasks(kind: str, tasks: Sequence[int]) -> list[Timed]:
    return read(kind, list(timed(kind).filter(task__in=tasks).values_list("pk", flat=True)))


def outliers(asked: Sequence[Timed], usual: Sequence[Timed], *, beyond: float) -> set[int]:
    """Tasks of those `asked` with a robust z of `beyond` or more among the `usual`, either way."""
    own = {row.pk for row in asked}
    whole = [*asked, *(row for row in usual if row.pk not in own)]
    if not asked or len(whole) < FEWEST:
        return set()
    seconds = np.array([row.seconds for row in whole], dtype=float)
    lengths = np.array([row.characters for row in whole], dtype=float)
    z = np.abs(robust_z(pace(seconds, lengths)))
    return {row.task for row, away in zip(asked, z, strict=False) if away >= beyond}


def timed(kind: str) -> QuerySet[Any]:
    """What labelers handed in at tasks of this kind, with time to compare."""
    model: type[Feedback] = Ranking if kind == Task.Kind.RANKING else Demonstration
    return model._default_manager.filter(
        is_current=True, assignment__active_seconds__gt=0, task__kind=kind
    )


def read(kind: str, ids: Sequence[int]) -> list[Timed]:
    prompt = Length(Cast("prompt__messages", TextField()))
    answers = (
        Coalesce(Sum(Length("judgments__completion__text")), 0)
        if kind == Task.Kind.RANKING
        else Length("text")
    )
    rows = timed(kind).filter(pk__in=ids).annotate(characters=prompt + answers)
    fields = ("pk", "task_id", "assignment__active_seconds", "characters")
    return [Timed(*row) for row in rows.values_list(*fields)]
