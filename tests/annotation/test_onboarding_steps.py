"""Steps are composed, changed by versions, put in order and retired."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotation.copying import project_copy
from annotation.models import (
    AuditEvent,
    Membership,
    OnboardingAttempt,
    OnboardingStep,
    OnboardingVersion,
)
from annotation.onboarding.attempts import step_acknowledge
from annotation.onboarding.steps import (
    step_create,
    step_move,
    step_retire,
    step_update,
    steps_of,
    steps_order,
)
from annotation.people.projects import project_update
from annotation.queue.claims import task_claim
from tests.annotation.onboarding import nora, step_make
from tests.annotation.work import claimed, demonstration_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def due(person):
    return Membership.objects.get(user=person, project__slug="everyday").onboarding_due


def acknowledge(person, step):
    membership = Membership.objects.get(user=person, project=step.project)
    step.refresh_from_db()
    step_acknowledge(membership=membership, step=step, version=step.version)


def test_steps_come_in_order_and_are_versions(cast):
    first, second = step_make(cast, "read"), step_make(cast, "quiz")
    assert list(steps_of(cast.project)) == [first, second]
    changed = step_update(actor=cast.ada, step=first, body="Read **this**.")
    assert changed.version == 2
    assert [each.body for each in first.versions.order_by("number")] == [
        "A step to read.",
        "Read **this**.",
    ]
    same = step_update(actor=cast.ada, step=second, pass_mark=60)
    assert (same.version, same.pass_mark) == (1, 60)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["onboarding_step_create"] * 2 + ["onboarding_step_update"] * 2


def test_the_order_is_changed(cast):
    ids = [step_make(cast, kind).pk for kind in ("read", "consent", "quiz")]
    last = OnboardingStep.objects.get(pk=ids[2])
    assert [each.pk for each in step_move(actor=cast.ada, step=last, by=-1)] == [
        ids[0],
        ids[2],
        ids[1],
    ]
    step_move(actor=cast.ada, step=last, by=-5)
    assert list(steps_of(cast.project).values_list("pk", flat=True)) == [ids[2], ids[0], ids[1]]
    with pytest.raises(ValidationError, match="each step once"):
        steps_order(actor=cast.ada, project=cast.project, ids=ids[:2])


def test_a_project_with_steps_onboards_until_all_are_retired(cast):
    made = step_make(cast, "read")
    cast.project.refresh_from_db()
    assert cast.project.onboards
    step_retire(actor=cast.ada, step=made)
    step_retire(actor=cast.ada, step=made)
    cast.project.refresh_from_db()
    assert not cast.project.onboards
    with pytest.raises(ValidationError, match="retired"):
        step_update(actor=cast.ada, step=made, title="New")
    assert AuditEvent.objects.filter(verb="onboarding_step_retire").count() == 1


def test_there_is_one_screening(cast):
    step_make(cast, "screening")
    with pytest.raises(ValidationError, match="screening already"):
        step_make(cast, "screening")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"title": " "}, "title"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"tries": 101}, "tries"),
        ({"wait_minutes": -1}, "wait_minutes"),
        ({"colour": 1}, "__all__"),
    ],
)
def test_what_makes_no_sense_is_refused(cast, said, named):
    with pytest.raises(ValidationError) as refused:
        step_make(cast, "read", **said)
    found = refused.value
    assert (list(found.message_dict) if hasattr(found, "error_dict") else ["__all__"]) == [named]
    with pytest.raises(ValidationError, match="Unknown kind"):
        step_create(actor=cast.ada, project=cast.project, kind="dance", title="Dance")


def test_a_changed_text_is_asked_again_before_the_next_task(cast):
    demonstration_task(cast.project, overlap=3)
    rules = step_make(cast, "read")
    assert not due(cast.lena)
    step_update(actor=cast.ada, step=rules, body="A typo mended.")
    assert not due(cast.lena)
    step_update(actor=cast.ada, step=rules, body="A new rule.", ask_again=True)
    assert due(cast.lena)
    assert not due(cast.rosa)  # labels nothing
    with pytest.raises(PermissionDenied, match="read first"):
        task_claim(labeler=cast.lena, project=cast.project)
    acknowledge(cast.lena, rules)
    assert not due(cast.lena)
    assert task_claim(labeler=cast.lena, project=cast.project) is not None
    assert due(cast.luis)
    attempt = OnboardingAttempt.objects.get()
    assert (attempt.version, attempt.state) == (3, "passed")
    assert OnboardingVersion.objects.get(step=rules, number=3).body == "A new rule."


def test_a_lease_at_hand_goes_on_when_something_is_asked(cast):
    demonstration_task(cast.project)
    held = claimed(cast.lena, cast.project)
    step_make(cast, "consent", ask_now=True)
    with pytest.raises(PermissionDenied):
        task_claim(labeler=cast.lena, project=cast.project)
    held.refresh_from_db()
    assert held.state == "leased"


def test_only_what_is_acknowledged_is_asked_again(cast):
    quiz = step_make(cast, "quiz")
    with pytest.raises(ValidationError, match="read or agreed"):
        step_update(actor=cast.ada, step=quiz, ask_again=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        OnboardingStep.objects.filter(pk=quiz.pk).update(asked_from=1)


def test_who_has_nothing_left_to_read_goes_on(cast):
    first = step_make(cast, "read", ask_now=True)
    second = step_make(cast, "read", title="Second", ask_now=True)
    acknowledge(cast.lena, first)
    assert due(cast.lena)
    step_retire(actor=cast.ada, step=second)
    assert not due(cast.lena)
    assert due(cast.luis)


def test_changed_instructions_are_asked_again(cast):
    made = step_make(cast, "read", content={"instructions": True})
    quiet = step_make(cast, "read", content={"instructions": True, "ask_again": False})
    project_update(actor=cast.ada, project=cast.project, instructions="Be **kind**.")
    made.refresh_from_db()
    quiet.refresh_from_db()
    assert (made.version, made.asked_from, made.content["text"]) == (2, 2, "Be **kind**.")
    assert (quiet.version, quiet.asked_from, quiet.content["text"]) == (2, 0, "Be **kind**.")
    assert due(cast.lena)
    project_update(actor=cast.ada, project=cast.project, overlap=2)
    made.refresh_from_db()
    assert made.version == 2


def test_a_claim_asks_no_more_for_it(cast):
    def claim_queries(person):
        with CaptureQueriesContext(connection) as queries:
            assert task_claim(labeler=person, project=cast.project) is not None
        return len(queries)

    demonstration_task(cast.project, overlap=3)
    before = claim_queries(cast.lena)
    acknowledge(cast.luis, step_make(cast, "read", ask_now=True))
    assert claim_queries(cast.luis) == before


def test_a_copy_takes_the_steps_along_and_no_try(cast):
    made = step_make(cast, "consent", ask_now=True)
    step_make(cast, "quiz", pass_mark=55, tries=2, wait_minutes=60)
    step_make(cast, "practice")
    step_make(cast, "screening")
    acknowledge(cast.lena, made)
    nora(cast)
    copy = project_copy(actor=cast.ada, source=cast.project, name="A copy", members=True)
    steps = list(steps_of(copy))
    assert [each.kind for each in steps] == ["consent", "quiz", "practice", "screening"]
    quiz = steps[1]
    assert (quiz.pass_mark, quiz.tries, quiz.wait_minutes) == (55, 2, 60)
    assert steps[2].content == {"golds": []}
    assert (
        steps[3].content["texts"]
        == OnboardingStep.objects.get(project=cast.project, kind="screening").content["texts"]
    )
    assert steps[3].content["golds"] == []
    copy.refresh_from_db()
    assert copy.onboards
    assert not copy.memberships.filter(onboarding_due=True).exists()
    assert not OnboardingAttempt.objects.filter(step__project=copy).exists()
