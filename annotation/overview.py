"""What a project holds, in numbers."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils.translation import gettext_lazy as _

from annotation.models import (
    Demonstration,
    Project,
    Prompt,
    Ranking,
    Task,
    UseCase,
    WritingKind,
    WrittenPrompt,
)
from annotation.queue.standing import Unserved, tasks_unserved

SPLITS = {
    Prompt.Split.TRAIN: _("to train on"),
    Prompt.Split.VALID: _("to validate on"),
    Prompt.Split.TEST: _("to test on"),
}


@dataclass(frozen=True)
class TaskCounts:
    """Tasks of one kind by state; `done` holds those with all their submissions."""

    kind: str
    open: int
    done: int
    closed: int

    @property
    def total(self) -> int:
        return self.open + self.done


@dataclass(frozen=True)
class WrittenCounts:
    """Prompts that labelers wrote, of one kind, by use case."""

    kind: str
    use_cases: list[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.use_cases)


@dataclass(frozen=True)
class Overview:
    prompts: int
    prompts_by_split: dict[str, int]
    tasks: list[TaskCounts]
    demonstrations: int
    suggested: int
    kept: float | None
    rankings: int
    members: int
    labelers: int
    written: list[WrittenCounts]
    unserved: list[Unserved]

    @property
    def kept_percent(self) -> int:
        return round(100 * (self.kept or 0))

    @property
    def written_total(self) -> int:
        return sum(row.total for row in self.written)

    @property
    def empty(self) -> bool:
        return not (self.prompts or self.tasks or self.demonstrations or self.rankings)


def project_overview(project: Project) -> Overview:
    """Count what is visible; records of an unfinished import are not."""
    splits: Any = project.prompts.in_use().values_list("split").annotate(n=Count("pk"))
    found = dict(splits.order_by())
    by_split = {str(told): found[split] for split, told in SPLITS.items() if split in found}
    states = {state: Count("pk", filter=Q(state=state)) for state in Task.State.values}
    tasks: Any = project.tasks.visible().values("kind").annotate(**states).order_by("kind")
    members = project.memberships.aggregate(
        members=Count("pk", distinct=True),
        labelers=Count("pk", distinct=True, filter=Q(state="active", roles__role="labeler")),
    )
    current = {"project": project, "is_current": True}
    demonstrations = (
        Demonstration.objects.visible()
        .filter(**current)
        .aggregate(demonstrations=Count("pk"), suggested=Count("suggestion"), kept=Avg("kept"))
    )
    return Overview(
        prompts=sum(by_split.values()),
        prompts_by_split=by_split,
        tasks=[
            TaskCounts(str(Task.Kind(row["kind"]).label), row["open"], row["done"], row["closed"])
            for row in tasks
        ],
        **demonstrations,
        rankings=Ranking.objects.visible().filter(**current).count(),
        **members,
        written=written_counts(project),
        unserved=tasks_unserved(project),
    )


def written_counts(project: Project) -> list[WrittenCounts]:
    """What labelers wrote by kind, and of each the use cases, the most frequent first."""
    rows: Any = (
        WrittenPrompt.objects.filter(writing__project=project)
        .values_list("writing__kind", "prompt__use_case")
        .annotate(n=Count("pk"))
        .order_by("-n", "prompt__use_case")
    )
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for kind, use_case, count in rows:
        found[kind].append((str(UseCase(use_case).label), count))
    return [
        WrittenCounts(str(kind.label), found[kind.value]) for kind in WritingKind if found[kind]
    ]
