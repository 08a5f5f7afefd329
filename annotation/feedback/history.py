"""What differs between two revisions, in words for the person who said both."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.feedback.models import Demonstration, Ranking

LETTERS = "ABCDEFGHI"
NONE = "–"


@dataclass(frozen=True)
class AnswerSaid:
    """An answer and what one revision says of it; `rank` as the page counts, `flags` in words."""

    letter: str
    text: str
    rank: int | None
    likert: int | None
    severity: int | None
    flags: list[str]


def demonstration_changes(
    before: Demonstration, after: Demonstration, *, annotations: dict[str, str]
) -> list[str]:
    """`annotations` are the rubric's labels by key."""
    lines = marks_changes("Prompt", *labelled(annotations, before.annotations, after.annotations))
    was, now = len(before.text.split()), len(after.text.split())
    if was != now:
        lines.append(f"Text: {was} → {now} words")
    elif before.text != after.text:
        lines.append(f"Text changed, {now} words as before")
    return lines


def ranking_changes(
    before: Ranking,
    after: Ranking,
    earlier: Sequence[AnswerSaid],
    now: Sequence[AnswerSaid],
    *,
    annotations: dict[str, str],
) -> list[str]:
    """Line by line, the prompt first; `annotations` are the rubric's labels by key."""
    ranked = before.outcome == after.outcome
    lines = [] if ranked else [f"Outcome: {after.get_outcome_display().lower()}"]
    lines += marks_changes("Prompt", *labelled(annotations, before.annotations, after.annotations))
    for one, other in zip(earlier, now, strict=True):
        if ranked and one.rank != other.rank:
            lines.append(f"{other.letter}: {one.rank} → {other.rank}")
        lines += [
            f"{other.letter}: {what} {named(was)} → {named(become)}"
            for what, was, become in (
                ("score", one.likert, other.likert),
                ("severity", one.severity, other.severity),
            )
            if was != become
        ]
        lines += marks_changes(other.letter, one.flags, other.flags)
    if before.strength != after.strength:
        was, become = (row.get_strength_display() or NONE for row in (before, after))
        lines.append(f"How much better: {was} → {become}")
    if before.note != after.note:
        lines.append("Note changed" if before.note and after.note else note_moved(after.note))
    return lines


def named(value: int | None) -> str:
    return NONE if value is None else str(value)


def note_moved(note: str) -> str:
    return "Note added" if note else "Note taken away"


def labelled(labels: dict[str, str], *lists: Sequence[str]) -> list[list[str]]:
    """Keys in the rubric's words; what the rubric has no more is named by its key."""
    return [[labels.get(key, key) for key in keys] for keys in lists]


def marks_changes(what: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    added = [f"{what}: marked “{label}”" for label in after if label not in before]
    taken = [f"{what}: “{label}” taken away" for label in before if label not in after]
    return added + taken
