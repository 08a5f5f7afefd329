"""Members go through the steps."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.gold.golds import gold_retire
from annotation.models import AuditEvent, Candidate, Gold, OnboardingAttempt
from annotation.onboarding.attempts import (
    attempt_begin,
    attempt_submit,
    candidate_of,
    draft_keep,
    next_of,
    number_free,
    part_answer,
    standings_of,
    step_acknowledge,
)
from annotation.onboarding.steps import step_update
from tests.annotation.onboarding import RIGHT, gold_for, nora, screened, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]
WRONG = {"chosen": [[0], [0]]}


def quizzed(membership, quiz, answer):
    attempt = attempt_begin(membership=membership, step=quiz)
    return part_answer(attempt=attempt, key="quiz", answer=answer)


def at(membership):
    return next_of(standings_of(membership))


def test_who_has_passed_all_steps_is_a_labeler(cast):
    membership = nora(cast)
    candidate_of(membership)
    read, consent, quiz = (step_make(cast, kind) for kind in ("read", "consent", "quiz"))
    with pytest.raises(ValidationError, match="turn"):
        step_acknowledge(membership=membership, step=consent, version=1)
    step_acknowledge(membership=membership, step=read, version=1)
    step_acknowledge(membership=membership, step=consent, version=1)
    assert quizzed(membership, quiz, RIGHT).score == 1.0
    membership.refresh_from_db()
    assert (membership.state, membership.candidate.state) == ("active", "accepted")
    assert AuditEvent.objects.get(verb="onboarding_finish").target == "nora"
    with pytest.raises(ValidationError, match="turn"):
        step_acknowledge(membership=membership, step=read, version=1)


def test_nobody_agrees_to_what_they_were_not_shown(cast):
    membership, consent = nora(cast), step_make(cast, "consent")
    step_update(actor=cast.ada, step=consent, content={"statement": "I agree to more."})
    with pytest.raises(ValidationError, match="changed just now"):
        step_acknowledge(membership=membership, step=consent, version=1)
    assert not OnboardingAttempt.objects.exists()


def test_a_candidate_is_asked_again_too(cast):
    membership, read, quiz = nora(cast), step_make(cast, "read"), step_make(cast, "quiz")
    step_acknowledge(membership=membership, step=read, version=1)
    step_update(actor=cast.ada, step=read, body="Better words.")
    assert at(membership).step == quiz
    step_update(actor=cast.ada, step=read, body="Other rules.", ask_again=True)
    assert at(membership).step == read


def test_a_quiz_below_its_mark_is_tried_again_so_often(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz", tries=2, pass_mark=100)
    half = {"chosen": [[1], [2]]}
    first = quizzed(membership, quiz, half)
    assert (first.state, first.score) == ("failed", 0.5)
    assert (at(membership).left, at(membership).spent) == (1, False)
    quizzed(membership, quiz, WRONG)
    assert (at(membership).left, at(membership).spent) == (0, True)
    with pytest.raises(ValidationError, match="No try is left"):
        attempt_begin(membership=membership, step=quiz)


def test_the_pass_mark_is_met_exactly(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz", pass_mark=50)
    assert quizzed(membership, quiz, {"chosen": [[1], [0]]}).state == "passed"


def test_tries_without_end(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz", tries=0)
    for _ in range(4):
        quizzed(membership, quiz, WRONG)
    assert at(membership).left is None


def test_the_next_try_waits(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz", wait_minutes=60)
    failed = quizzed(membership, quiz, WRONG)
    with pytest.raises(ValidationError, match="wait"):
        attempt_begin(membership=membership, step=quiz)
    OnboardingAttempt.objects.filter(pk=failed.pk).update(
        ended_at=timezone.now() - timedelta(minutes=61)
    )
    assert attempt_begin(membership=membership, step=quiz).number == 2


def test_a_try_goes_on_and_keeps_its_version(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz")
    attempt = attempt_begin(membership=membership, step=quiz)
    draft_keep(attempt=attempt, key="quiz", draft={"q-0": "1"})
    easier = {"questions": quiz.content["questions"][:1]}
    step_update(actor=cast.ada, step=quiz, content=easier)
    again = attempt_begin(membership=membership, step=quiz)
    assert (again, again.drafts, again.version) == (attempt, {"quiz": {"q-0": "1"}}, 1)
    done = part_answer(attempt=again, key="quiz", answer=RIGHT)
    assert (done.state, done.drafts) == ("passed", {})


@pytest.mark.parametrize(
    "answer",
    [{}, {"chosen": [[1]]}, {"chosen": [[0, 1], [0]]}, {"chosen": "x"}, {"chosen": [[9], [0]]}],
)
def test_what_has_no_answer_is_said(cast, answer):
    membership, quiz = nora(cast), step_make(cast, "quiz")
    with pytest.raises(ValidationError, match=r"Question \d has no answer"):
        quizzed(membership, quiz, answer)
    assert OnboardingAttempt.objects.get().answers == {}


def test_practice_ends_with_its_last_ranking_and_keeps_the_first_word(cast):
    membership, practice = nora(cast), step_make(cast, "practice")
    keys = [f"ranking-{pk}" for pk in practice.content["golds"]]
    attempt = attempt_begin(membership=membership, step=practice)
    part_answer(attempt=attempt, key=keys[0], answer={"ranks": [4, 4, 2, 1]})
    kept = part_answer(attempt=attempt, key=keys[0], answer={"ranks": [1, 2, 3, 4]})
    assert kept.answers[keys[0]] == {"ranks": [3, 3, 2, 1]}
    assert part_answer(attempt=kept, key=keys[1], answer={"ranks": [1, 2, 3, 4]}).state == "passed"


def test_practice_without_gold_is_asked_of_nobody(cast):
    membership, practice, quiz = nora(cast), step_make(cast, "practice"), step_make(cast, "quiz")
    assert at(membership).step == practice
    for gold in Gold.objects.all():
        gold_retire(actor=cast.ada, gold=gold)
    assert at(membership).step == quiz


def test_a_screening_is_measured_and_waits(cast):
    """By hand: 3 of 4 texts alike; of the 6 pairs 5 are alike, and tau-b is 4/6."""
    membership, screening = nora(cast), step_make(cast, "screening")
    attempt = screened(membership, screening, (False, True, False, False), (1, 3, 2, 4))
    assert attempt.state == "submitted"
    assert attempt.sensitive_agreement == 0.75
    assert attempt.pairs_agreement == pytest.approx(5 / 6)
    assert attempt.tau == pytest.approx(4 / 6)
    assert at(membership).waits
    with pytest.raises(ValidationError, match="waits for a decision"):
        attempt_begin(membership=membership, step=screening)
    with pytest.raises(ValidationError, match="handed in"):
        part_answer(attempt=attempt, key="texts", answer={"said": [True] * 4})


def test_who_ties_all_agrees_as_chance_would(cast):
    membership, screening = nora(cast), step_make(cast, "screening")
    attempt = screened(membership, screening, ranks=(1, 1, 1, 1))
    assert (attempt.pairs_agreement, attempt.tau) == (0.5, 0.0)


def test_a_screening_is_handed_in_whole(cast):
    membership, screening = nora(cast), step_make(cast, "screening")
    attempt = attempt_begin(membership=membership, step=screening)
    for key, answer, words in (
        ("texts", {"said": [True, None, True, False]}, "Not answered yet: 2"),
        ("topics", {"said": [6, 1]}, "Not answered yet: 1"),
        ("demonstration-0", {"text": " "}, "empty"),
        (f"ranking-{screening.content['golds'][0]}", {"ranks": [1, 2, 3, 5]}, "from 1 to 4"),
        ("demonstration-2", {"text": "x"}, "no such part"),
    ):
        with pytest.raises(ValidationError, match=words):
            part_answer(attempt=attempt, key=key, answer=answer)
    with pytest.raises(ValidationError, match="every part"):
        attempt_submit(attempt=attempt)


def test_gold_of_another_purpose_is_no_part(cast):
    membership, screening = nora(cast), step_make(cast, "screening")
    attempt = attempt_begin(membership=membership, step=screening)
    stranger = gold_for(cast.project, "practice")
    with pytest.raises(ValidationError, match="no such part"):
        part_answer(attempt=attempt, key=f"ranking-{stranger.pk}", answer={"ranks": [1, 2, 3, 4]})


def test_the_database_keeps_one_try_at_a_time(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz")
    attempt_begin(membership=membership, step=quiz)
    row = {"membership": membership, "step": quiz, "version": 1}
    for wrong in (
        {"number": 2},
        {"number": 1, "state": "failed", "ended_at": timezone.now()},
        {"number": 2, "state": "passed"},
        {"number": 2, "state": "failed", "ended_at": timezone.now(), "score": 1.5},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OnboardingAttempt.objects.create(**row, **wrong)


def test_candidates_have_a_number_each_that_tells_nothing(cast):
    membership = nora(cast)
    mine = candidate_of(membership)
    assert candidate_of(membership) == mine
    assert 10 <= mine.number <= 99
    for number in range(10, 100):
        if number != mine.number:
            Candidate.objects.filter(pk=mine.pk).update(number=number)
            break
    assert number_free(cast.project.pk) not in {number}


def test_the_suspended_are_asked_nothing(cast):
    membership, quiz = nora(cast), step_make(cast, "quiz")
    membership.state = "suspended"
    membership.save()
    with pytest.raises(ValidationError, match="over"):
        attempt_begin(membership=membership, step=quiz)
