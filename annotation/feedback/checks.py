"""What a ranking may say, judged by the project's rubric; all raise ValidationError in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.feedback.letters import answer_named
from annotation.feedback.models import Ranking
from annotation.people.models import RankingAim
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
        raise ValidationError(
            {"outcome": _("Unknown outcome: %(outcome)s.") % {"outcome": outcome}}
        )
    if strength is not None and strength not in Ranking.Strength.values:
        raise ValidationError({"strength": _("The strength lies between 0 and 3.")})
    if strength is not None and outcome != Outcome.RANKED:
        raise ValidationError(
            {"strength": _("Only a ranking of acceptable answers has a strength.")}
        )
    text_validate(note, what=_("The note"), limit=10_000, blank=True)


def aim_validate(aim: str) -> None:
    if aim not in RankingAim.values:
        raise ValidationError({"aim": _("Unknown aim: %(aim)s.") % {"aim": aim}})


def judgments_validate(
    judgments: Sequence[JudgmentInput], *, outcome: str, rubric: Rubric, last_rank: int
) -> None:
    """Every answer has a rank, or none has when none was acceptable; grades fit the rubric."""
    known = {flag["key"] for flag in rubric["flags"]}
    for place, judgment in enumerate(judgments):
        what = answer_named(place)
        if outcome == Outcome.RANKED and judgment.rank is None:
            raise ValidationError(_("%(what)s has not been ranked.") % {"what": what})
        if outcome == Outcome.NONE_ACCEPTABLE and judgment.rank is not None:
            raise ValidationError(
                _("%(what)s has a rank, though none is said to be acceptable.") % {"what": what}
            )
        if judgment.rank is not None and not whole(judgment.rank, 1, last_rank):
            raise ValidationError(
                _("%(what)s: a rank is a whole number from 1 to %(last)s.")
                % {"what": what, "last": last_rank}
            )
        if judgment.likert is not None and not whole(judgment.likert, 1, 7):
            raise ValidationError(_("%(what)s: the grade lies between 1 and 7.") % {"what": what})
        if judgment.likert is not None and rubric["likert"] is None:
            raise ValidationError(_("%(what)s: this project gives no grades.") % {"what": what})
        unknown = [str(flag) for flag in judgment.flags if flag not in known]
        if unknown:
            raise ValidationError(
                _("%(what)s: the rubric has no flag %(names)s.")
                % {"what": what, "names": ", ".join(unknown)}
            )


def annotations_validate(annotations: Sequence[str], *, rubric: Rubric) -> list[str]:
    """Return the keys said of the prompt, each once and in order."""
    known = {row["key"] for row in rubric.get("annotations", [])}
    unknown = [str(key) for key in annotations if key not in known]
    if unknown:
        raise ValidationError(
            _("The rubric has no annotation %(names)s.") % {"names": ", ".join(unknown)}
        )
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
        only = _(" or ").join(f"“{labels[key]}”" for key in flag["only"])
        for place, judgment in enumerate(judgments):
            if flag["key"] in judgment.flags:
                raise ValidationError(
                    _(
                        "%(what)s: “%(label)s” applies only to a prompt that is marked "
                        "%(only)s. Mark the prompt, or clear the flag."
                    )
                    % {"what": answer_named(place), "label": flag["label"], "only": only}
                )
    if rubric["likert"] and rubric["likert"]["required"]:
        for place, judgment in enumerate(judgments):
            if judgment.likert is None:
                raise ValidationError(
                    _("%(what)s has no grade, and each needs one here.")
                    % {"what": answer_named(place)}
                )
    strength_validate(judgments, outcome=outcome, strength=strength, asked=rubric["strength"])


def strength_validate(
    judgments: Sequence[JudgmentInput], *, outcome: str, strength: int | None, asked: str
) -> None:
    applies = outcome == Outcome.RANKED and has_strength([each.rank for each in judgments])
    if strength is None and asked == Asked.REQUIRED and applies:
        raise ValidationError({"strength": _("Say how much better the best answer is.")})
    if strength is not None and not applies:
        raise ValidationError(
            {"strength": _("Several answers are best: there is no strength of one over the next.")}
        )


def has_strength(ranks: Sequence[int | None]) -> bool:
    """Whether one answer is the best, with another one after it."""
    given = [rank for rank in ranks if rank is not None]
    return len(set(given)) > 1 and given.count(min(given)) == 1


def whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
