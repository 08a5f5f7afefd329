"""What a ranking may say, judged by the project's rubric; all raise ValidationError in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from annotation.feedback.models import Ranking
from annotation.people.rubric import (
    Asked,
    Rubric,
    flag_applies,
    rubric_whole,
)
from annotation.texts import text_validate

Outcome = Ranking.Outcome
MAX_RANK = 1_000


@dataclass(frozen=True)
class JudgmentInput:
    """What was said about one completion: its rank slot (1 is best: see aims.py), a 1-7 grade,
    flags, and how severely it breaks the rules."""

    rank: int | None
    likert: int | None = None
    flags: list[str] = field(default_factory=list)
    severity: int | None = None


def note_validate(*, outcome: str, strength: int | None, note: str) -> None:
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": f"Unknown outcome: {outcome}."})
    if strength is not None and strength not in Ranking.Strength.values:
        raise ValidationError({"strength": "The strength lies between 0 and 3."})
    if strength is not None and outcome != Outcome.RANKED:
        raise ValidationError({"strength": "Only a ranking of acceptable answers has a strength."})
    text_validate(note, what="The note", limit=10_000, blank=True)


def judgments_validate(judgments: Sequence[JudgmentInput], *, outcome: str, rubric: Rubric) -> None:
    """Every answer has a rank, or none has when none was acceptable; grades fit the rubric."""
    known = {flag["key"] for flag in rubric["flags"]}
    for number, judgment in enumerate(judgments, start=1):
        what = f"Answer {number}"
        if outcome == Outcome.RANKED and judgment.rank is None:
            raise ValidationError(f"{what} has not been ranked.")
        if outcome == Outcome.NONE_ACCEPTABLE and judgment.rank is not None:
            raise ValidationError(f"{what} has a rank, though none is said to be acceptable.")
        if judgment.rank is not None and not whole(judgment.rank, 1, MAX_RANK):
            raise ValidationError(f"{what}: a rank is a whole number from 1, the best.")
        if judgment.likert is not None and not whole(judgment.likert, 1, 7):
            raise ValidationError(f"{what}: the grade lies between 1 and 7.")
        if judgment.likert is not None and rubric["likert"] is None:
            raise ValidationError(f"{what}: this project gives no grades.")
        unknown = [str(flag) for flag in judgment.flags if flag not in known]
        if unknown:
            raise ValidationError(f"{what}: the rubric has no flag {', '.join(unknown)}.")


def annotations_validate(annotations: Sequence[str], *, rubric: Rubric) -> list[str]:
    """Return the keys said of the prompt, each once and in order."""
    known = {row["key"] for row in rubric.get("annotations", [])}
    unknown = [str(key) for key in annotations if key not in known]
    if unknown:
        raise ValidationError(f"The rubric has no annotation {', '.join(unknown)}.")
    return sorted(set(annotations))


def asked_validate(
    judgments: Sequence[JudgmentInput],
    *,
    outcome: str,
    strength: int | None,
    annotations: Sequence[str],
    rubric: Rubric,
) -> None:
    """What the desk asks of its labelers: all that is required, and nothing that does not apply."""
    rubric = rubric_whole(rubric)
    labels = {row["key"]: row["label"] for row in rubric["annotations"]}
    for flag in rubric["flags"]:
        if flag_applies(flag, annotations):
            continue
        only = " or ".join(f"“{labels[key]}”" for key in flag["only"])
        for number, judgment in enumerate(judgments, start=1):
            if flag["key"] in judgment.flags:
                raise ValidationError(
                    f"Answer {number}: “{flag['label']}” applies only to a prompt that is marked "
                    f"{only}. Mark the prompt, or clear the flag."
                )
    if rubric["likert"] and rubric["likert"]["required"]:
        for number, judgment in enumerate(judgments, start=1):
            if judgment.likert is None:
                raise ValidationError(f"Answer {number} has no grade, and each needs one here.")
    strength_validate(judgments, outcome=outcome, strength=strength, asked=rubric["strength"])


def strength_validate(
    judgments: Sequence[JudgmentInput], *, outcome: str, strength: int | None, asked: str
) -> None:
    applies = outcome == Outcome.RANKED and has_strength([each.rank for each in judgments])
    if strength is None and asked == Asked.REQUIRED and applies:
        raise ValidationError({"strength": "Say how much better the best answer is."})
    if strength is not None and not applies:
        raise ValidationError(
            {"strength": "Several answers are best: there is no strength of one over the next."}
        )


def has_strength(ranks: Sequence[int | None]) -> bool:
    """Whether one answer is the best, with another one after it."""
    given = [rank for rank in ranks if rank is not None]
    return len(set(given)) > 1 and given.count(min(given)) == 1


def whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
