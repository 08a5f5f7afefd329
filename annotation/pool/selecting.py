"""Which of a project's prompts are meant: by their ids, or by what an admin looks for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.people.models import Project
from annotation.pool.models import PromptFinding
from annotation.prompts.models import ImportBatch, Prompt
from annotation.prompts.search import prompts_marked, prompts_saying, prompts_with

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Wanted:
    """What is looked for; "" and None narrow nothing. `marked` is a kind and a tag: "skills:law";
    `finding`: a kind of which something is open."""

    words: str = ""
    use_case: str = ""
    source: str = ""
    split: str = ""
    state: str = ""
    marked: str = ""
    contributor: str = ""
    finding: str = ""
    ids: tuple[int, ...] | None = None

    def stored(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value not in ("", None)}

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> "Wanted":
        ids = stored.get("ids")
        return cls(**{**stored, "ids": None if ids is None else tuple(ids)})


def prompts_select(project: Project, wanted: Wanted) -> "QuerySet[Prompt]":
    """The visible prompts that are meant, the latest first."""
    rows = seen(project).order_by("-pk")
    if wanted.ids is not None:
        rows = rows.filter(pk__in=wanted.ids)
    rows = prompts_saying(rows, wanted.words)
    if wanted.marked:
        rows = prompts_marked(rows, project, *wanted.marked.split(":"))
    if wanted.finding:
        found = PromptFinding.objects.filter(
            project=project, state=PromptFinding.State.OPEN, kind=wanted.finding
        )
        rows = rows.filter(pk__in=found.values("prompt"))
    if wanted.contributor:
        rows = prompts_with(rows, project, contributor=wanted.contributor)
    named = {name: getattr(wanted, name) for name in ("use_case", "source", "split", "state")}
    columns = {name: value for name, value in named.items() if value}
    return prompts_with(rows, project, **columns) if columns else rows


def seen(project: Project) -> "QuerySet[Prompt]":
    """As `visible`, without a join for every row: imports under way are few."""
    hidden = ImportBatch.objects.filter(project=project).exclude(state=ImportBatch.State.VISIBLE)
    rows = Prompt.objects.filter(project=project)
    ids = list(
        hidden.filter(Exists(rows.filter(batch=OuterRef("pk")))).values_list("pk", flat=True)
    )
    return rows.filter(Q(batch=None) | ~Q(batch__in=ids)) if ids else rows


def firsts(rows: "QuerySet[Prompt]") -> tuple[list[int], bool]:
    """Ids of the first MOST_COUNTED, in their order, and whether there are more.

    They are the count and the first page in one search: no count goes on for ever.
    """
    ids = list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return ids[:MOST_COUNTED], len(ids) > MOST_COUNTED
