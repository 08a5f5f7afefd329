"""Findings as a reviewer looks at them: page by page, each with what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from annotation.people.models import Project
from annotation.pool.models import PromptFinding
from annotation.prompts.cleaning.texts import compared

PER_PAGE = 20
AROUND = 160
BEGINNING = 400
State = PromptFinding.State
Kind = PromptFinding.Kind


@dataclass(frozen=True)
class Shown:
    """A finding in its text: `before`, the `marked` span and `after`, cut to what is around it.

    `other` is the text that a duplicate is like.
    """

    finding: PromptFinding
    before: str
    marked: str
    after: str
    other: str = ""


def findings_of(
    project: Project, *, kind: str = "", what: str = "", state: str = State.OPEN
) -> "QuerySet[PromptFinding]":
    """A project's findings in one state, the oldest first, narrowed by kind and what it is."""
    rows = PromptFinding.objects.filter(project=project, state=state).order_by("pk")
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(what=what) if what else rows


def findings_count(project: Project, state: str = State.OPEN) -> dict[str, int]:
    """How many there are of each kind, along one index."""
    rows = PromptFinding.objects.filter(project=project, state=state).order_by().values_list("kind")
    return dict(rows.annotate(n=Count("pk")))


def findings_show(rows: "QuerySet[PromptFinding]", after: int) -> list[Shown]:
    """The page behind the finding `after`, and one more row where there is another page."""
    page = rows.filter(pk__gt=after).select_related("prompt", "other", "reviewed_by")
    return [shown(finding) for finding in page[: PER_PAGE + 1]]


def shown(finding: PromptFinding) -> Shown:
    if finding.kind == Kind.PII and finding.message is not None:
        text = finding.prompt.messages[finding.message]["content"]
        start, end = finding.start or 0, finding.end or 0
        return Shown(
            finding,
            before=("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
            marked=text[start:end],
            after=text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
        )
    text = said(finding.prompt.messages)
    if finding.other is None:
        return Shown(finding, before=cut(text), marked="", after="")
    other = said(finding.other.messages)
    alike = 0
    if finding.kind == Kind.DUPLICATE:
        alike = alike_length(text, other)
    return Shown(
        finding,
        before="",
        marked=cut(text[:alike]),
        after=cut(text[alike:]) if alike < BEGINNING else "",
        other=cut(other),
    )


def said(messages: Sequence[dict[str, str]]) -> str:
    """What is compared of a conversation, as it was typed."""
    return "\n".join(turn["content"] for turn in messages if turn["role"] != "system")


def alike_length(text: str, other: str) -> int:
    """How many characters of `text` say what `other` begins with, however it is typed."""
    whole = compared([{"role": "user", "content": other}])
    low, high = 0, min(len(text), BEGINNING)
    while low < high:
        middle = (low + high + 1) // 2
        begins = whole.startswith(compared([{"role": "user", "content": text[:middle]}]))
        low, high = (middle, high) if begins else (low, middle - 1)
    return low


def cut(text: str) -> str:
    return text if len(text) <= BEGINNING else text[: BEGINNING - 1] + "…"
