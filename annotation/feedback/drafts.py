"""What a labeler has so far: read from a draft or from a posted form, whichever the page has.

A draft is what a browser once sent, so nothing in it is taken on trust: what does not fit the task
is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from annotation.feedback.aims import ranks_best_first, slots_turned
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.models import Ranking
from annotation.feedback.severity import LEAST, MOST
from annotation.feedback.suggestions import MOST_GIVEN
from annotation.people.models import RankingAim
from annotation.queue.leases import shown_completion_ids
from annotation.texts import newlines_plain


@dataclass(frozen=True)
class AnswerDraft:
    """One answer, by its place in the order shown; `slot` 0 is not yet ranked."""

    slot: int = 0
    likert: int | None = None
    flags: list[str] = field(default_factory=list)
    severity: int | None = None


@dataclass(frozen=True)
class RankingDraft:
    answers: list[AnswerDraft]
    outcome: str = Ranking.Outcome.RANKED
    strength: int | None = None
    note: str = ""
    annotations: list[str] = field(default_factory=list)
    aim: str = RankingAim.BEST

    def said(self) -> dict[str, Any]:
        """As ranking_submit takes it: the judgments in the order shown, rank 1 the best."""
        ranked = self.outcome == Ranking.Outcome.RANKED
        return {
            "judgments": self.judgments(),
            "outcome": self.outcome,
            "strength": self.strength if ranked else None,
            "note": self.note,
            "annotations": self.annotations,
        }

    def judgments(self) -> list[JudgmentInput]:
        """In the order shown, the best first."""
        ranked = self.outcome == Ranking.Outcome.RANKED
        slots = [answer.slot or None if ranked else None for answer in self.answers]
        return [
            JudgmentInput(rank, answer.likert, answer.flags, answer.severity)
            for rank, answer in zip(ranks_best_first(slots, self.aim), self.answers, strict=True)
        ]

    def aimed(self, aim: str) -> "RankingDraft":
        """The same draft for a page of this aim: begun under the other, its slots are turned."""
        if aim == aim_of(self.aim):
            return replace(self, aim=aim)
        slots = slots_turned([answer.slot for answer in self.answers], len(self.answers))
        answers = [
            replace(answer, slot=slot) for slot, answer in zip(slots, self.answers, strict=True)
        ]
        return replace(self, answers=answers, aim=aim)


def ranking_draft_saved(draft: dict[str, Any], k: int) -> RankingDraft:
    """Read {"slots": [...], "likert": [...], "flags": [[...]], "severity": [...], "none": bool,
    "strength": 0-3, "note": str, "annotations": [...], "aim": "best" or "worst"}.
    """
    slots, likert, flags, severity = (
        as_list(draft.get(name), k) for name in ("slots", "likert", "flags", "severity")
    )
    answers = [
        AnswerDraft(
            slot=whole_or(slots[i], 0, k, 0) or 0,
            likert=whole_or(likert[i], 1, 7, None),
            flags=strings(flags[i]),
            severity=whole_or(severity[i], LEAST, MOST, None),
        )
        for i in range(k)
    ]
    note = draft.get("note")
    return RankingDraft(
        answers,
        outcome_of(draft.get("none") is True),
        whole_or(draft.get("strength"), 0, 3, None),
        note if isinstance(note, str) else "",
        strings(draft.get("annotations")),
        aim_of(draft.get("aim")),
    )


def ranking_draft_posted(form: QueryDict, k: int) -> RankingDraft:
    """Read the fields rank-0.., likert-0.., flags-0.., severity-0.. by place in the order shown,
    and the rest.
    """
    answers = [
        AnswerDraft(
            slot=number(form.get(f"rank-{i}")) or 0,
            likert=number(form.get(f"likert-{i}")),
            flags=form.getlist(f"flags-{i}"),
            severity=number(form.get(f"severity-{i}")),
        )
        for i in range(k)
    ]
    return RankingDraft(
        answers,
        outcome_of("none" in form),
        number(form.get("strength")),
        newlines_plain(form.get("note") or ""),
        form.getlist("annotations"),
        form.get("aim") or RankingAim.BEST,
    )


@dataclass(frozen=True)
class DemonstrationDraft:
    """`suggestion` is the number of the one that the text began from."""

    text: str = ""
    annotations: list[str] = field(default_factory=list)
    suggestion: int | None = None


def demonstration_draft_saved(draft: dict[str, Any]) -> DemonstrationDraft:
    text = draft.get("text")
    return DemonstrationDraft(
        text if isinstance(text, str) else "",
        strings(draft.get("annotations")),
        whole_or(draft.get("suggestion"), 1, MOST_GIVEN, None),
    )


def demonstration_draft_posted(form: QueryDict) -> DemonstrationDraft:
    return DemonstrationDraft(
        form.get("text", ""), form.getlist("annotations"), number(form.get("suggestion"))
    )


def ranking_draft_of(ranking: Ranking) -> RankingDraft:
    """What was handed in, to be changed: its ranks stand in the slots of the same number."""
    assert ranking.assignment is not None
    return ranking_draft_in(ranking, shown_completion_ids(ranking.assignment))


def ranking_draft_in(ranking: Ranking, completion_ids: Sequence[int]) -> RankingDraft:
    """As ranking_draft_of, with the answers in this order."""
    said = {each.completion_id: each for each in ranking.judgments.all()}
    judgments = [said[pk] for pk in completion_ids]
    return RankingDraft(
        [AnswerDraft(each.rank or 0, each.likert, each.flags, each.severity) for each in judgments],
        outcome=ranking.outcome,
        strength=ranking.strength,
        note=ranking.note,
        annotations=ranking.annotations,
    )


def outcome_of(none_acceptable: bool) -> str:
    return Ranking.Outcome.NONE_ACCEPTABLE if none_acceptable else Ranking.Outcome.RANKED


def aim_of(value: Any) -> str:
    return RankingAim.WORST if value == RankingAim.WORST else RankingAim.BEST


def as_list(value: Any, length: int = 0) -> Sequence[Any]:
    """`value` if it is a list, filled up with None to `length`."""
    items = value if isinstance(value, list) else []
    return [*items, *[None] * (length - len(items))]


def strings(value: Any) -> list[str]:
    return [each for each in as_list(value) if isinstance(each, str)]


def whole_or(value: Any, low: int, high: int, default: int | None) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    return value if fits else default


def number(text: str | None) -> int | None:
    """A number as a form sends it; blank is none, what is no number is left for the check: -1."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
