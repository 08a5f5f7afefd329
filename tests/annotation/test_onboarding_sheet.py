"""A candidate's sheet."""

import pytest

from annotation.gold.golds import gold_retire
from annotation.models import Gold
from annotation.onboarding.attempts import candidate_of
from annotation.onboarding.decisions import candidate_decide
from annotation.onboarding.grades import demonstration_grade, demonstrations_ungraded
from annotation.onboarding.sheet import candidates_of, candidates_unbegun, sheet_of
from annotation.onboarding.steps import step_update
from annotation.people.projects import member_update
from tests.annotation.onboarding import SCREENED, nora, screened, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def figures(screening):
    return {each.name: (each.value, each.met) for each in screening.figures}


def test_the_sheet_holds_what_is_decided_by(cast):
    """By hand: grades 7, 5 and 4 have the means 6 and 4, whose mean is 5; the spread of 7 and 5 is
    the square root of 2."""
    membership = nora(cast)
    candidate = candidate_of(membership)
    screening = step_make(cast, "screening")
    attempt = screened(membership, screening, (False, True, False, False), (1, 3, 2, 4))
    for reviewer, item, grade in ((cast.ada, 0, 7), (cast.rosa, 0, 5), (cast.ada, 1, 4)):
        demonstration_grade(reviewer=reviewer, attempt=attempt, item=item, grade=grade)
    sheet = sheet_of(candidate)
    (shown,) = sheet.screenings
    assert figures(shown) == {
        "sensitive": (75, True),
        "ranking": (pytest.approx(500 / 6), True),
        "demonstrations": (5, False),
    }
    assert [each["said"] for each in shown.texts] == [False, True, False, False]
    assert [(each.said, each.gold) for each in shown.rankings] == [([1, 3, 2, 4], [1, 2, 3, 4])] * 2
    assert shown.written[0].mean == 6
    assert shown.written[0].spread == pytest.approx(2**0.5)
    assert shown.written[1].spread is None
    assert shown.topics == [("Politics", 2), ("Medicine", 5)]
    assert (shown.ungraded, sheet.name, sheet.standings[0].waits) == (0, "", True)


def test_the_cut_offs_are_those_set_now(cast):
    membership = nora(cast)
    candidate = candidate_of(membership)
    screening = step_make(cast, "screening")
    screened(membership, screening, (True, True, True, True))
    content = {**screening.content, "cutoffs": {"sensitive": 40}}
    step_update(actor=cast.ada, step=screening, content=content)
    (shown,) = sheet_of(candidate).screenings
    assert figures(shown)["sensitive"] == (50, True)
    assert figures(shown)["demonstrations"] == (None, None)


def test_a_later_version_and_retired_gold_change_no_sheet(cast):
    membership = nora(cast)
    candidate = candidate_of(membership)
    screening = step_make(cast, "screening")
    screened(membership, screening)
    step_update(actor=cast.ada, step=screening, content={**SCREENED, "demonstrations": ["New"]})
    for gold in Gold.objects.all():
        gold_retire(actor=cast.ada, gold=gold)
    (shown,) = sheet_of(candidate).screenings
    assert [each.prompt for each in shown.written] == SCREENED["demonstrations"]
    assert len(shown.rankings) == 2


def test_the_name_is_told_once_it_is_decided(cast):
    membership = nora(cast)
    candidate = candidate_of(membership)
    screened(membership, step_make(cast, "screening"))
    candidate_decide(actor=cast.ada, candidate=candidate, outcome="again")
    candidate.refresh_from_db()
    assert sheet_of(candidate).name == ""
    candidate_decide(actor=cast.ada, candidate=candidate, outcome="rejected")
    candidate.refresh_from_db()
    sheet = sheet_of(candidate)
    assert sheet.name == "Nora Nilsson"
    assert [each.outcome for each in sheet.decisions] == ["rejected", "again"]


def test_whom_an_admin_let_in_by_hand_is_no_candidate_any_more(cast):
    membership = nora(cast)
    screened(membership, step_make(cast, "screening"))
    assert candidates_of(cast.project).count() == 1
    member_update(actor=cast.ada, membership=membership, state="active")
    assert not candidates_of(cast.project).exists()
    assert demonstrations_ungraded(reviewer=cast.ada, project=cast.project) == []


def test_who_has_not_begun_is_counted(cast):
    membership = nora(cast)
    assert candidates_unbegun(cast.project) == 1
    candidate_of(membership)
    assert candidates_unbegun(cast.project) == 0
