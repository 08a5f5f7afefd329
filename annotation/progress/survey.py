"""The satisfaction survey, after InstructGPT's (arXiv 2203.02155, appendix B).

Voluntary, once a month, and anonymous: answers are told from the month's end on, and only where
LEAST people have answered, so that nobody's are told alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Membership, Project
from annotation.progress.models import SurveyAnswer, SurveyTurn
from annotation.texts import text_validate

STATEMENTS = {
    "clear": gettext_lazy("It was clear from the instructions what I was to do."),
    "enjoyable": gettext_lazy("I found the work enjoyable and engaging."),
    "repetitive": gettext_lazy("I found the work repetitive."),
    "paid": gettext_lazy("I was paid fairly for it."),
    "glad": gettext_lazy("Overall, I am glad that I did it."),
}
POINTS = {
    1: gettext_lazy("Strongly disagree"),
    2: gettext_lazy("Disagree"),
    3: gettext_lazy("Neither"),
    4: gettext_lazy("Agree"),
    5: gettext_lazy("Strongly agree"),
}
LEAST = 5
MOST_COMMENT = 5_000


def month_of(day: date) -> date:
    return day.replace(day=1)


def survey_open(membership: Membership | None) -> bool:
    """Whether the member may answer this month's survey still."""
    if membership is None:
        return False
    return not membership.survey_turns.filter(month=month_of(timezone.localdate())).exists()


def survey_answer(*, membership: Membership, points: Mapping[str, Any], comment: str = "") -> None:
    """Store what a member thinks, and apart from it that they have answered.

    Raises ValidationError by field, and for who has answered this month already.
    """
    errors: dict[str, Any] = {}
    for name in STATEMENTS:
        if points.get(name) not in POINTS or isinstance(points[name], bool):
            errors[name] = _("Choose how far you agree.")
    comment = comment.strip()
    try:
        text_validate(comment, what=_("The comment"), limit=MOST_COMMENT, blank=True)
    except ValidationError as error:
        errors["comment"] = error.messages
    if unknown := set(points) - set(STATEMENTS):
        errors[min(unknown)] = _("The survey does not ask that.")
    if errors:
        raise ValidationError(errors)
    month = month_of(timezone.localdate())
    try:
        with transaction.atomic():
            SurveyTurn.objects.create(membership=membership, month=month)
            SurveyAnswer.objects.create(
                project=membership.project, month=month, comment=comment, **points
            )
    except IntegrityError as error:
        raise ValidationError(_("You have answered this month's survey already.")) from error


@dataclass(frozen=True)
class Statement:
    """`counts` of the points from 1 to 5, `mean` of them."""

    name: str
    text: str
    counts: tuple[int, ...]
    mean: float


@dataclass(frozen=True)
class MonthSaid:
    """Empty `statements` where too few have answered to be told."""

    month: date
    answers: int
    statements: list[Statement]
    comments: list[str]


def survey_months(project: Project, *, most: int = 12) -> list[MonthSaid]:
    """The months that are over, the latest first."""
    now = month_of(timezone.localdate())
    ended = SurveyAnswer.objects.filter(project=project, month__lt=now)
    months = ended.order_by("-month").values_list("month", flat=True).distinct()[:most]
    rows = list(ended.filter(month__in=list(months)).order_by("pk"))
    return [
        month_said(month, [row for row in rows if row.month == month])
        for month in sorted({row.month for row in rows}, reverse=True)
    ]


def month_said(month: date, rows: list[SurveyAnswer]) -> MonthSaid:
    if len(rows) < LEAST:
        return MonthSaid(month, len(rows), [], [])
    statements = []
    for name, text in STATEMENTS.items():
        said = [getattr(row, name) for row in rows]
        counts = tuple(said.count(point) for point in POINTS)
        statements.append(Statement(name, str(text), counts, sum(said) / len(said)))
    return MonthSaid(month, len(rows), statements, [row.comment for row in rows if row.comment])
