"""The rankings of a project as columns, read in chunks. Imports numpy.

Read are rankings that people handed in at ranking tasks: in training, in evaluation and as gold. Of
a dialogue nobody else judges the same answers, and screening and practice are no work.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from annotation.feedback.models import Judgment, Ranking, Source
from annotation.people.models import Membership, Project
from annotation.prompts.models import Completion, Prompt
from annotation.quality.columns import Rankings
from annotation.queue.models import Task, TaskCompletion

CHUNK = 2_000
PURPOSES = (Task.Purpose.TRAIN, Task.Purpose.EVALUATION, Task.Purpose.GOLD)
Row = tuple[Any, ...]


def rankings_wanted(project: Project, through: int) -> QuerySet[Ranking]:
    return (
        Ranking.objects.visible()
        .filter(
            project=project,
            is_current=True,
            source=Source.PERSON,
            assignment__isnull=False,
            labeler__isnull=False,
            task__kind=Task.Kind.RANKING,
            task__purpose__in=PURPOSES,
            pk__lte=through,
        )
        .order_by("pk")
    )


def rankings_read(
    project: Project, *, through: int, step: Callable[[], object] = lambda: None
) -> Rankings:
    """All up to the ranking with the id `through`, as they stand now; `step` now and then."""
    rows: list[Row] = []
    fields = ("pk", "task_id", "labeler_id", "outcome", "assignment__ended_at")
    more = ("prompt__use_case", "assignment__active_seconds", "assignment__order", "prompt_id")
    for row in rankings_wanted(project, through).values_list(*fields, *more).iterator(CHUNK):
        rows.append(row)
        if len(rows) % CHUNK == 0:
            step()
    slots = task_slots(project, {row[1] for row in rows}, step)
    k = max((len(each) for each in slots.values()), default=1)
    columns = _answers(project, rows, slots, k, step)
    lengths, prompts = completion_lengths(project, step), prompt_lengths(project, step)
    return _columns(project, rows, slots, columns, lengths, prompts)


def task_slots(
    project: Project, tasks: set[int], step: Callable[[], object]
) -> dict[int, list[tuple[int, int]]]:
    """(completion, slot) of each task, in the order of the completions' ids."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = TaskCompletion.objects.filter(task__project=project, task__kind=Task.Kind.RANKING)
    ordered = rows.order_by("task_id", "completion_id")
    for number, (task, completion, slot) in enumerate(
        ordered.values_list("task_id", "completion_id", "slot").iterator(CHUNK)
    ):
        if task in tasks:
            found[task].append((completion, slot))
        if number % CHUNK == 0:
            step()
    return found


def completion_lengths(project: Project, step: Callable[[], object]) -> dict[int, int]:
    rows = Completion.objects.filter(project=project).values_list("pk", Length("text"))
    return dict(_heard(rows.iterator(CHUNK), step))


def prompt_lengths(project: Project, step: Callable[[], object]) -> dict[int, int]:
    """Characters of all messages of each prompt."""
    rows = Prompt.objects.filter(project=project).values_list("pk", "messages")
    return {
        pk: sum(len(message["content"]) for message in messages)
        for pk, messages in _heard(rows.iterator(CHUNK), step)
    }


def _heard(rows: Iterator[Any], step: Callable[[], object]) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number % CHUNK == 0:
            step()
        yield row


def judgments_read(rows: Sequence[Row], step: Callable[[], object]) -> Iterator[Row]:
    """(ranking, completion, rank, likert, flags) of the rankings `rows`, by ranking."""
    for start in range(0, len(rows), CHUNK):
        step()
        chunk = rows[start : start + CHUNK]
        found = Judgment.objects.filter(
            ranking_id__gte=chunk[0][0], ranking_id__lte=chunk[-1][0]
        ).order_by("ranking_id")
        yield from found.values_list("ranking_id", "completion_id", "rank", "likert", "flags")


def _answers(
    project: Project,
    rows: Sequence[Row],
    slots: dict[int, list[tuple[int, int]]],
    k: int,
    step: Callable[[], object],
) -> dict[str, Any]:
    """What was said of each answer, in the columns of its task."""
    n = len(rows)
    place = {row[0]: number for number, row in enumerate(rows)}
    column = {
        task: {completion: index for index, (completion, _) in enumerate(each)}
        for task, each in slots.items()
    }
    keys = {flag["key"]: number for number, flag in enumerate(project.rubric.get("flags", []))}
    said: list[tuple[int, int, int]] = []
    ranks, likert = np.zeros((n, k)), np.zeros((n, k), dtype=np.int64)
    for ranking, completion, rank, rating, flags in judgments_read(rows, step):
        row = place.get(ranking)
        if row is None:
            continue
        index = column[rows[row][1]].get(completion)
        if index is None:
            continue
        ranks[row, index] = rank or 0
        likert[row, index] = rating or 0
        said += [(keys.setdefault(key, len(keys)), row, index) for key in flags]
    flagged = np.zeros((len(keys), n, k), dtype=bool)
    if said:
        flagged[tuple(np.array(said).T)] = True
    return {"ranks": ranks, "likert": likert, "flags": flagged, "flag_keys": tuple(keys)}


def _columns(
    project: Project,
    rows: Sequence[Row],
    slots: dict[int, list[tuple[int, int]]],
    columns: dict[str, Any],
    lengths: dict[int, int],
    prompts: dict[int, int],
) -> Rankings:
    n, k = columns["ranks"].shape
    present = np.zeros((n, k), dtype=bool)
    shown, size = np.full((n, k), -1.0), np.zeros((n, k))
    for row, (_, task, _, _, _, _, _, order, _) in enumerate(rows):
        places = {slot: index for index, slot in enumerate(order)}
        for index, (completion, slot) in enumerate(slots[task]):
            present[row, index] = True
            shown[row, index] = places.get(slot, -1)
            size[row, index] = lengths.get(completion, 0)
    people = sorted({row[2] for row in rows})
    cases = sorted({row[5] for row in rows})
    weeks = [_week(row[4]) for row in rows]
    heldout = set(
        Membership.objects.filter(project=project, heldout=True).values_list("user_id", flat=True)
    )
    known = sorted(set(weeks))
    person_at, case_at, week_at = _index(people), _index(cases), _index(known)
    return Rankings(
        ranking=_ints(row[0] for row in rows),
        task=_ints(row[1] for row in rows),
        labeler=_ints(person_at[row[2]] for row in rows),
        use_case=_ints(case_at[row[5]] for row in rows),
        week=_ints(week_at[week] for week in weeks),
        acceptable=np.array([row[3] == Ranking.Outcome.RANKED for row in rows], dtype=bool),
        seconds=np.array([row[6] for row in rows], dtype=float),
        reading=size.sum(axis=1) + np.array([prompts.get(row[8], 0) for row in rows], dtype=float),
        present=present,
        shown=shown,
        lengths=size,
        heldout=np.array([person in heldout for person in people], dtype=bool),
        labelers=tuple(people),
        use_cases=tuple(cases),
        weeks=tuple(known),
        **columns,
    )


def _index(values: Sequence[Any]) -> dict[Any, int]:
    return {value: number for number, value in enumerate(values)}


def _ints(values: Iterator[int]) -> Any:
    return np.fromiter(values, dtype=np.int64)


def _week(moment: Any) -> str:
    """The ISO week in the site's time zone: 2026-W47."""
    year, week, _ = timezone.localtime(moment).isocalendar()
    return f"{year}-W{week:02}"
