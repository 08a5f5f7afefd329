"""An admin composes the onboarding."""

import pytest
from django.urls import reverse

from annotation.models import Membership, OnboardingStep
from annotation.onboarding.steps import steps_of
from tests.annotation.onboarding import QUIZ, gold_for, step_make

pytestmark = pytest.mark.django_db
TYPED = "What comes **first**?\n( ) Length\n(x) Help\n> Nobody asked for length."


def page(name, *more):
    return reverse(name, args=["everyday", *more])


def words(response):
    return response.content.decode()


@pytest.fixture
def ada(cast, client):
    client.force_login(cast.ada)
    return client


def add(ada, kind, **said):
    return ada.post(page("onboarding-step-new", kind), {"title": "A step", "body": "", **said})


def test_a_step_of_each_kind_is_added(cast, ada):
    golds = {kind: gold_for(cast.project, kind).pk for kind in ("practice", "screening")}
    tries = {"tries": 2, "wait_minutes": 60}
    for kind, said in (
        ("read", {"body": "Read\r\nthis.", "ask": "on"}),
        ("consent", {"statement": "I agree."}),
        ("quiz", {"questions": TYPED, "pass_mark": 70, **tries}),
        ("practice", {"golds": [golds["practice"]]}),
        (
            "screening",
            {
                "question": "Sensitive?",
                "texts": "[x] One\r\n[ ] Two",
                "golds": [golds["screening"]],
                "demonstrations": "First\r\n---\r\nSecond",
                "topics": "Politics\r\nMedicine",
                "cutoff_sensitive": 80,
                "cutoff_ranking": 70,
                "cutoff_demonstrations": 5.5,
                **tries,
            },
        ),
    ):
        assert ada.get(page("onboarding-step-new", kind)).status_code == 200
        assert add(ada, kind, **said).status_code == 302, kind
    read, _consent, quiz, practice, screening = steps_of(cast.project)
    assert (read.body, read.asked_from) == ("Read\nthis.", 1)
    assert quiz.content["questions"] == QUIZ["questions"][:1]
    assert (quiz.pass_mark, quiz.tries, quiz.wait_minutes) == (70, 2, 60)
    assert practice.content == {"golds": [golds["practice"]]}
    assert screening.content["demonstrations"] == ["First", "Second"]
    assert screening.content["cutoffs"] == {
        "sensitive": 80,
        "ranking": 70,
        "demonstrations": 5.5,
    }
    listed = words(ada.get(page("onboarding-steps")))
    assert listed.count("onboarding/new/") == 4  # there is a screening


def test_what_is_refused_comes_back_as_it_was_typed(ada):
    wrong = "Q?\n(x) a\n[ ] b"
    refused = add(ada, "quiz", questions=wrong, pass_mark=70, tries=1, wait_minutes=0)
    assert "Line 3:" in words(refused)
    assert wrong in words(refused)
    assert "is to be read" in words(add(ada, "read"))
    assert ada.get(page("onboarding-step-new", "dance")).status_code == 404


def test_a_step_is_changed_and_asked_again(cast, ada):
    step = step_make(cast, "consent")
    address = page("onboarding-step-edit", step.pk)
    assert "I agree to be measured." in words(ada.get(address))
    said = {"title": "Consent", "body": step.body, "statement": "I agree to more.", "ask": "on"}
    assert ada.post(address, said).status_code == 302
    step.refresh_from_db()
    assert (step.version, step.asked_from) == (2, 2)
    assert Membership.objects.get(user=cast.lena).onboarding_due


def test_a_form_saved_unchanged_is_no_new_version(cast, ada):
    for kind in ("read", "quiz", "screening"):
        step = step_make(cast, kind)
        shown = ada.get(page("onboarding-step-edit", step.pk)).context["form"]
        said = {name: shown[name].value() for name in shown.fields}
        said = {
            name: value for name, value in said.items() if value is not None and value is not False
        }
        assert ada.post(page("onboarding-step-edit", step.pk), said).status_code == 302, kind
        step.refresh_from_db()
        assert step.version == 1, kind


def test_steps_are_moved_and_retired(cast, ada):
    first, second = step_make(cast, "read"), step_make(cast, "quiz")
    assert ada.post(page("onboarding-step-move", first.pk), {"way": "down"}).status_code == 302
    assert list(steps_of(cast.project)) == [second, first]
    assert ada.post(page("onboarding-step-retire", first.pk)).status_code == 302
    assert list(steps_of(cast.project)) == [second]
    assert ada.get(page("onboarding-step-edit", first.pk)).status_code == 404


def test_the_preview_shows_what_candidates_see(cast, ada):
    for kind, seen in (
        ("read", "A step to read."),
        ("consent", "I agree to be measured."),
        ("quiz", "Sexual content"),
        ("practice", "Answer 3."),
        ("screening", "Explain death to a child."),
    ):
        shown = words(ada.get(page("onboarding-preview", step_make(cast, kind).pk)))
        assert seen in shown
        assert "Nobody asked for length" not in shown


def test_others_compose_nothing(cast, client):
    step = step_make(cast, "read")
    theirs = OnboardingStep.objects.create(
        project=cast.other, kind="read", position=1, title="Theirs"
    )
    client.force_login(cast.rosa)
    for name in ("onboarding-step-edit", "onboarding-preview", "onboarding-step-move"):
        assert client.get(page(name, step.pk)).status_code == 403
    client.force_login(cast.ada)
    for name in ("onboarding-step-edit", "onboarding-preview"):
        assert client.get(page(name, theirs.pk)).status_code == 404
    assert client.post(page("onboarding-step-retire", theirs.pk)).status_code == 404


def test_new_labelers_begin_with_it(cast, ada):
    step_make(cast, "read")
    for name in ("member-new", "invitation-new-email", "invitation-new-link"):
        form = ada.get(page(name)).context["form"]
        assert form["state"].value() == "onboarding"
