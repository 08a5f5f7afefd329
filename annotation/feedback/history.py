"""What differs between two revisions, in words for the person who said both."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from annotation.feedback.models import Demonstration, Ranking
from annotation.texts import amid

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
    lines = marks_changes(
        _("Prompt"), *labelled(annotations, before.annotations, after.annotations)
    )
    was, now = len(before.text.split()), len(after.text.split())
    if was != now:
        lines.append(_("Text: %(was)s → %(now)s words") % {"was": was, "now": now})
    elif before.text != after.text:
        lines.append(_("Text changed, %(count)s words as before") % {"count": now})
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
    lines = []
    if not ranked:
        lines.append(_("Outcome: %(outcome)s") % {"outcome": amid(after.get_outcome_display())})
    lines += marks_changes(
        _("Prompt"), *labelled(annotations, before.annotations, after.annotations)
    )
    for one, other in zip(earlier, now, strict=True):
        if ranked and one.rank != other.rank:
            lines.append(f"{other.letter}: {one.rank} → {other.rank}")
        lines += [
            f"{other.letter}: {what} {named(was)} → {named(become)}"
            for what, was, become in (
                (_("score"), one.likert, other.likert),
                (_("severity"), one.severity, other.severity),
            )
            if was != become
        ]
        lines += marks_changes(other.letter, one.flags, other.flags)
    if before.strength != after.strength:
        was, become = (row.get_strength_display() or NONE for row in (before, after))
        lines.append(_("How much better: %(was)s → %(become)s") % {"was": was, "become": become})
    if before.note != after.note:
        lines.append(_("Note changed") if before.note and after.note else note_moved(after.note))
    return lines


def named(value: int | None) -> str:
    return NONE if value is None else str(value)


def note_moved(note: str) -> str:
    return _("Note added") if note else _("Note taken away")


def labelled(labels: dict[str, str], *lists: Sequence[str]) -> list[list[str]]:
    """Keys in the rubric's words; what the rubric has no more is named by its key."""
    return [[labels.get(key, key) for key in keys] for keys in lists]


def marks_changes(what: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    added, taken = _("%(what)s: marked “%(label)s”"), _("%(what)s: “%(label)s” taken away")
    return [
        *(added % {"what": what, "label": label} for label in after if label not in before),
        *(taken % {"what": what, "label": label} for label in before if label not in after),
    ]
