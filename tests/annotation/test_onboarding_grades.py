"""Reviewers grade demonstrations blindly."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from annotation.models import OnboardingGrade
from annotation.onboarding.attempts import candidate_of
from annotation.onboarding.decisions import candidate_decide
from annotation.onboarding.grades import demonstration_grade, demonstrations_ungraded
from tests.annotation.onboarding import nora, screened, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def attempt(cast):
    membership = nora(cast)
    candidate_of(membership)
    return screened(membership, step_make(cast, "screening"))


def left(cast, person):
    return [
        (each.item, each.graded)
        for each in demonstrations_ungraded(reviewer=person, project=cast.project)
    ]


def test_each_reviewer_grades_each_once_the_least_graded_first(cast, attempt):
    assert left(cast, cast.ada) == [(0, 0), (1, 0)]
    demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=6)
    assert left(cast, cast.ada) == [(1, 0)]
    assert left(cast, cast.rosa) == [(1, 0), (0, 1)]
    demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=7, note="Better.")
    assert list(OnboardingGrade.objects.values_list("grade", "note")) == [(7, "Better.")]
    found = demonstrations_ungraded(reviewer=cast.ada, project=cast.project)[0]
    assert (found.prompt, found.text) == (
        "Decline a cruel joke.",
        "Written in the screening, the second.",
    )


@pytest.mark.parametrize("grade", [0, 8, True, "7", None])
def test_a_grade_lies_between_1_and_7(cast, attempt, grade):
    with pytest.raises(ValidationError, match="1 to 7"):
        demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=grade)


def test_the_database_keeps_that_too(cast, attempt):
    with pytest.raises(IntegrityError), transaction.atomic():
        OnboardingGrade.objects.create(attempt=attempt, item=0, reviewer=cast.ada, grade=8)


def test_nobody_grades_their_own_nor_what_is_decided(cast, attempt):
    nora_herself = attempt.membership.user
    assert left(cast, nora_herself) == []
    with pytest.raises(ValidationError, match="wrote themselves"):
        demonstration_grade(reviewer=nora_herself, attempt=attempt, item=0, grade=7)
    with pytest.raises(ValidationError, match="no such demonstration"):
        demonstration_grade(reviewer=cast.ada, attempt=attempt, item=2, grade=7)
    candidate_decide(actor=cast.ada, candidate=attempt.membership.candidate, outcome="rejected")
    assert left(cast, cast.ada) == []
    with pytest.raises(ValidationError, match="decided on already"):
        demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=7)


def test_another_projects_demonstrations_are_not_shown(cast, attempt):
    assert demonstrations_ungraded(reviewer=cast.otto, project=cast.other) == []
