"""A person decides about a candidate."""

import pyarrow.parquet as parquet
import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from annotation.exchange.exports import FORMS, export_lines
from annotation.models import AuditEvent, Mail, Prompt
from annotation.onboarding.attempts import (
    attempt_begin,
    candidate_of,
    part_answer,
    standings_of,
)
from annotation.onboarding.decisions import candidate_decide, choices_of
from annotation.people.mails import mail_send
from annotation.queue.claims import task_claim
from inference.storage import local_folder
from tests.annotation.onboarding import nora, screened, step_make
from tests.annotation.work import demonstration_task
from training.snapshots import snapshot_create

pytestmark = [pytest.mark.django_db, pytest.mark.service]
WORDS = "Zanzibar"


def candidate_screened(cast, **fields):
    membership = nora(cast, **fields)
    candidate = candidate_of(membership)
    screened(membership, step_make(cast, "screening"), words=WORDS)
    return candidate


def decide(cast, candidate, outcome, **said):
    candidate.refresh_from_db()
    decided = candidate_decide(actor=cast.ada, candidate=candidate, outcome=outcome, **said)
    candidate.refresh_from_db()
    return decided


def state(candidate):
    membership = candidate.membership
    membership.refresh_from_db()
    return candidate.state, membership.state, membership.heldout


def test_who_is_accepted_labels(cast):
    candidate = candidate_screened(cast)
    demonstration_task(cast.project)
    decision = decide(cast, candidate, "accepted", note="Careful.", message="Welcome.")
    assert state(candidate) == ("accepted", "active", False)
    assert (decision.note, decision.message, decision.decided_by) == (
        "Careful.",
        "Welcome.",
        cast.ada,
    )
    assert task_claim(labeler=candidate.membership.user, project=cast.project) is not None
    event = AuditEvent.objects.get(verb="candidate_decide")
    assert (event.target, event.data) == (f"candidate {candidate.number}", {"outcome": "accepted"})


def test_who_is_held_out_only_evaluates(cast):
    candidate = candidate_screened(cast)
    demonstration_task(cast.project)
    decide(cast, candidate, "heldout")
    assert state(candidate) == ("heldout", "active", True)
    assert task_claim(labeler=candidate.membership.user, project=cast.project) is None


def test_who_is_not_accepted_may_be_given_another_try(cast):
    candidate = candidate_screened(cast)
    decide(cast, candidate, "rejected")
    assert state(candidate) == ("rejected", "suspended", False)
    assert choices_of(candidate) == ["again"]
    decide(cast, candidate, "again")
    assert state(candidate) == ("underway", "onboarding", False)


def test_another_try_goes_by_the_rules_while_they_leave_one(cast):
    membership = nora(cast)
    screening = step_make(cast, "screening", tries=2, wait_minutes=60)
    candidate = screened(membership, screening).membership.candidate
    assert decide(cast, candidate, "again").grants is False
    assert [each.left for each in standings_of(membership)] == [1]
    with pytest.raises(ValidationError, match="wait"):
        attempt_begin(membership=membership, step=screening)


def test_another_try_beyond_the_rules_begins_at_once(cast):
    membership = nora(cast)
    candidate = candidate_of(membership)
    screening = step_make(cast, "screening", tries=1, wait_minutes=60)
    screened(membership, screening)
    decide(cast, candidate, "again")
    assert state(candidate) == ("underway", "onboarding", False)
    assert [each.left for each in standings_of(membership)] == [1]
    screened(membership, screening)
    assert set(choices_of(candidate)) == {"accepted", "heldout", "rejected", "again"}


def test_steps_after_the_screening_are_taken_too(cast):
    candidate = candidate_screened(cast)
    quiz = step_make(cast, "quiz")
    decide(cast, candidate, "accepted")
    assert state(candidate) == ("accepted", "onboarding", False)
    attempt = attempt_begin(membership=candidate.membership, step=quiz)
    part_answer(attempt=attempt, key="quiz", answer={"chosen": [[1], [0, 1]]})
    assert state(candidate) == ("accepted", "active", False)


def test_nobody_is_accepted_before_the_screening(cast):
    membership = nora(cast)
    candidate = candidate_of(membership)
    quiz = step_make(cast, "quiz", tries=1)
    step_make(cast, "screening")
    assert choices_of(candidate) == ["rejected"]
    with pytest.raises(ValidationError, match="not handed in"):
        decide(cast, candidate, "accepted")
    with pytest.raises(ValidationError, match="try left"):
        decide(cast, candidate, "again")
    attempt = attempt_begin(membership=membership, step=quiz)
    part_answer(attempt=attempt, key="quiz", answer={"chosen": [[0], [0]]})
    assert choices_of(candidate) == ["rejected", "again"]
    decide(cast, candidate, "again")
    assert attempt_begin(membership=membership, step=quiz).number == 2


def test_a_decision_is_taken_once(cast):
    candidate = candidate_screened(cast)
    decide(cast, candidate, "accepted")
    assert choices_of(candidate) == []
    for outcome, words in (("rejected", "decided on already"), ("maybe", "Choose"), ("", "Choose")):
        with pytest.raises(ValidationError, match=words):
            decide(cast, candidate, outcome)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("accepted", "you are accepted for “Everyday”"),
        ("rejected", "You were not accepted"),
        ("again", "one more try"),
    ],
)
def test_the_candidate_is_told_by_e_mail(cast, outcome, words):
    candidate = candidate_screened(cast)
    decision = decide(
        cast,
        candidate,
        outcome,
        note="For the team only.",
        message="Read the *rules* again & again.",
        origin="https://plumbline.example.org",
    )
    mail_send(mail_id=decision.mail.pk)
    (message,) = mail.outbox
    assert message.to == ["nora@example.org"]
    assert words in message.body
    assert "Read the *rules* again & again." in message.body
    assert "For the team" not in message.body
    assert "https://plumbline.example.org/p/everyday/onboarding/" in message.body


def test_the_e_mail_speaks_the_candidates_language(cast):
    candidate = candidate_screened(cast)
    candidate.membership.user.language = "de"
    candidate.membership.user.save()
    decision = decide(cast, candidate, "accepted", origin="https://x.org")
    mail_send(mail_id=decision.mail.pk)
    assert mail.outbox[0].body.startswith("Hallo")


def test_no_e_mail_without_an_address(cast):
    candidate = candidate_screened(cast)
    candidate.membership.user.email = ""
    candidate.membership.user.save()
    assert decide(cast, candidate, "accepted", origin="https://x.org").mail is None
    assert not Mail.objects.exists()


def test_what_is_written_in_a_screening_reaches_no_file(cast):
    """Under the candidate's name or none, before the decision and after it."""
    candidate = candidate_screened(cast)
    decide(cast, candidate, "accepted")
    for form in FORMS:
        assert WORDS not in "".join(map(str, export_lines(project=cast.project, form=form)))
    snapshot = snapshot_create(project=cast.project)
    files = list(local_folder(snapshot.folder).glob("*.parquet"))
    assert files
    assert not any(WORDS in str(parquet.read_table(path).to_pylist()) for path in files)
    assert not any(WORDS in str(each.messages) for each in Prompt.objects.all())
