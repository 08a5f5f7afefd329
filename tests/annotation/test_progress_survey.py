"""The survey: once a month, without names, told when the month is over and enough have answered."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.models import Membership, SurveyAnswer, SurveyTurn
from annotation.progress.survey import STATEMENTS, survey_answer, survey_months, survey_open
from tests.cast import Cast, member, user

pytestmark = [pytest.mark.django_db, pytest.mark.service]
MAY, JUNE = date(2026, 5, 9), date(2026, 6, 1)


def points(value: int = 4, **more: Any) -> dict[str, Any]:
    return dict.fromkeys(STATEMENTS, value) | more


@pytest.fixture
def may(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(timezone, "localdate", lambda *_: MAY)
    return monkeypatch


def crowd(cast: Cast, people: int) -> list[Membership]:
    return [member(cast.project, user(f"P{number}"), "labeler") for number in range(people)]


def test_nothing_leads_to_who_answered(cast: Cast) -> None:
    fields = {field.name for field in SurveyAnswer._meta.get_fields()}
    assert fields == {"id", "project", "month", "comment", *STATEMENTS}
    assert {field.name for field in SurveyTurn._meta.get_fields()} == {"id", "membership", "month"}
    lena = cast.project.memberships.get(user=cast.lena)
    survey_answer(membership=lena, points=points(), comment="  Fine. ")
    answer = SurveyAnswer.objects.get()
    assert (answer.clear, answer.comment, answer.month.day) == (4, "Fine.", 1)


def test_nobody_answers_twice_in_a_month(cast: Cast, may: pytest.MonkeyPatch) -> None:
    lena = cast.project.memberships.get(user=cast.lena)
    assert survey_open(lena)
    survey_answer(membership=lena, points=points())
    assert not survey_open(lena)
    with pytest.raises(ValidationError, match="already"):
        survey_answer(membership=lena, points=points(1))
    assert SurveyAnswer.objects.get().clear == 4
    may.setattr(timezone, "localdate", lambda *_: JUNE)
    assert survey_open(lena)
    assert not survey_open(None)


def test_a_month_is_told_once_it_is_over_and_five_have_answered(
    cast: Cast, may: pytest.MonkeyPatch
) -> None:
    people = crowd(cast, 5)
    for each in people[:4]:
        survey_answer(membership=each, points=points(5, repetitive=2))
    assert survey_months(cast.project) == []
    may.setattr(timezone, "localdate", lambda *_: JUNE)
    (few,) = survey_months(cast.project)
    assert (few.month, few.answers, few.statements, few.comments) == (date(2026, 5, 1), 4, [], [])
    may.setattr(timezone, "localdate", lambda *_: MAY)
    survey_answer(membership=people[4], points=points(1, repetitive=3), comment="Too long.")
    may.setattr(timezone, "localdate", lambda *_: JUNE)
    (enough,) = survey_months(cast.project)
    told = {row.name: (row.counts, row.mean) for row in enough.statements}
    assert told["clear"] == ((1, 0, 0, 0, 4), 4.2)
    assert told["repetitive"] == ((0, 4, 1, 0, 0), 2.2)
    assert enough.comments == ["Too long."]
    assert survey_months(cast.other) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"clear": 6}, "clear"),
        ({"clear": True}, "clear"),
        ({"clear": "4"}, "clear"),
        ({"tasty": 3}, "tasty"),
    ],
)
def test_what_is_no_answer_is_refused(cast: Cast, said: dict[str, Any], field: str) -> None:
    lena = cast.project.memberships.get(user=cast.lena)
    with pytest.raises(ValidationError) as refused:
        survey_answer(membership=lena, points=points(**said))
    assert set(refused.value.message_dict) == {field}
    with pytest.raises(ValidationError) as refused:
        survey_answer(membership=lena, points=points(), comment="a\0")
    assert set(refused.value.message_dict) == {"comment"}
    assert not SurveyTurn.objects.exists()
