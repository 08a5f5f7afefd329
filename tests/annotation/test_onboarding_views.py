"""A member's own onboarding, page by page."""

from typing import Any

import pytest
from django.urls import reverse

from annotation.models import Candidate, Membership, OnboardingAttempt
from annotation.onboarding.answers import shown_order
from annotation.onboarding.attempts import attempt_parts
from annotation.onboarding.decisions import candidate_decide
from annotation.onboarding.steps import step_update
from tests.annotation.onboarding import nora, screened, step_make
from tests.annotation.work import demonstration_task

pytestmark = pytest.mark.django_db


def page(name, *more):
    return reverse(name, args=["everyday", *more])


def words(response):
    return response.content.decode()


@pytest.fixture
def candidate(cast, client):
    membership = nora(cast)
    client.force_login(membership.user)
    return membership


def act(client, step, action, **more):
    return client.post(page("onboarding-step", step.pk), {"action": action, **more})


def part(client, step, key, said=None):
    address = page("onboarding-part", step.pk, key)
    return client.get(address) if said is None else client.post(address, said)


def test_a_candidate_reads_agrees_and_is_in(cast, client, candidate):
    read, consent = step_make(cast, "read"), step_make(cast, "consent")
    assert page("onboarding-step", read.pk) in words(client.get(page("onboarding")))
    assert "A step to read." in words(client.get(page("onboarding-step", read.pk)))
    assert act(client, read, "acknowledge", version=1).status_code == 302
    refused = act(client, consent, "acknowledge", version=1)
    assert (refused.status_code, "Tick the box" in words(refused)) == (422, True)
    assert act(client, consent, "acknowledge", version=1, agree="1").status_code == 302
    candidate.refresh_from_db()
    assert candidate.state == "active"
    assert "Welcome" in words(client.get(page("onboarding")))


def test_a_changed_text_is_shown_again_before_it_counts(cast, client, candidate):
    read = step_make(cast, "read")
    step_update(actor=cast.ada, step=read, body="Other words.")
    refused = act(client, read, "acknowledge", version=1)
    assert "changed just now" in words(refused)
    assert "Other words." in words(refused)
    for said in ("", "x", "9" * 30, "²"):
        assert act(client, read, "acknowledge", version=said).status_code == 422


def test_a_labeler_at_work_is_led_to_what_has_changed_and_back(cast, client):
    demonstration_task(cast.project)
    read = step_make(cast, "read", ask_now=True)
    client.force_login(cast.lena)
    assert client.get(page("work")).headers["Location"] == page("onboarding")
    assert client.post(page("work")).headers["Location"] == page("onboarding")
    assert "Something has changed" in words(client.get(page("onboarding")))
    act(client, read, "acknowledge", version=1)
    assert client.get(page("work")).status_code == 200
    assert "Nothing is left to read" in words(client.get(page("onboarding")))
    assert "You read version 1" in words(client.get(page("onboarding-step", read.pk)))


def test_a_quiz_is_answered_and_explained(cast, client, candidate):
    quiz = step_make(cast, "quiz")
    begun = act(client, quiz, "begin")
    assert begun.headers["Location"] == page("onboarding-part", quiz.pk, "quiz")
    shown = words(part(client, quiz, "quiz"))
    assert "Nobody asked for length" not in shown
    assert shown.count('type="radio"') == 2
    half = part(client, quiz, "quiz", {"q-0": "1"})
    assert (half.status_code, "Question 2 has no answer" in words(half)) == (422, True)
    assert 'value="1" checked' in words(half)
    assert part(client, quiz, "quiz", {"q-0": "0", "q-1": "2"}).status_code == 302
    result = words(client.get(page("onboarding-step", quiz.pk)))
    assert "Nobody asked for length" in result
    assert "not passed" in result
    assert '<span class="met small">right</span>' not in result  # the next try's answer
    assert "Try again" in result
    act(client, quiz, "begin")
    part(client, quiz, "quiz", {"q-0": "1", "q-1": ["0", "1"]})
    assert '<span class="met small">right</span>' in words(
        client.get(page("onboarding-step", quiz.pk))
    )


def shown(attempt, ranks, key):
    """What the page posts to give the slots these ranks."""
    found = next(each for each in attempt_parts(attempt) if each.key == key)
    order = shown_order(found, attempt)
    return {f"rank-{place}": ranks[slot] for place, slot in enumerate(order)}


def test_practice_shows_the_gold_after_the_ranking_and_not_before(cast, client, candidate):
    practice = step_make(cast, "practice")
    keys = [f"ranking-{pk}" for pk in practice.content["golds"]]
    act(client, practice, "begin")
    attempt = OnboardingAttempt.objects.get()
    before = words(part(client, practice, keys[0]))
    assert "answers</strong> the question" not in before
    assert "data-beat" not in before
    refused = part(client, practice, keys[0], {"rank-0": "1"})
    assert "Give each answer a rank" in words(refused)
    posted = shown(attempt, [1, 3, 2, 4], keys[0])
    said = part(client, practice, keys[0], posted)
    assert said.headers["Location"] == page("onboarding-part", practice.pk, keys[0])
    feedback = words(part(client, practice, keys[0]))
    assert "answers</strong> the question" in feedback
    assert "83%" in feedback  # 5 of 6 pairs
    assert "0.67" in feedback  # tau-b 4/6
    assert page("onboarding-part", practice.pk, keys[1]) in feedback
    part(client, practice, keys[1], shown(attempt, [1, 2, 3, 4], keys[1]))
    assert "100%" in words(part(client, practice, keys[1]))
    candidate.refresh_from_db()
    assert candidate.state == "active"


def test_a_red_teams_practice_counts_from_the_worst(cast, client, candidate):
    cast.project.ranking_aim = "worst"
    cast.project.save()
    practice = step_make(cast, "practice")
    key = f"ranking-{practice.content['golds'][0]}"
    act(client, practice, "begin")
    posted = shown(OnboardingAttempt.objects.get(), [4, 3, 2, 1], key)
    part(client, practice, key, {**posted, "aim": "worst"})
    assert OnboardingAttempt.objects.get().answers[key] == {"ranks": [1, 2, 3, 4]}


def screening_answers(attempt, screening):
    golds = [f"ranking-{pk}" for pk in screening.content["golds"]]
    return {
        "texts": {"t-0": "no", "t-1": "yes", "t-2": "yes", "t-3": "no"},
        **{key: shown(attempt, [1, 2, 3, 4], key) for key in golds},
        "demonstration-0": {"text": "It is the end.\r\nOf a life."},
        "demonstration-1": {"text": "No."},
        "topics": {"s-0": "1", "s-1": "5"},
    }


def test_a_screening_is_gone_through_and_handed_in(cast, client, candidate):
    screening = step_make(cast, "screening")
    act(client, screening, "begin")
    attempt = OnboardingAttempt.objects.get()
    answers = screening_answers(attempt, screening)
    for key, said in answers.items():
        assert part(client, screening, key).status_code == 200
        assert part(client, screening, key, said).status_code == 302
    changed = part(client, screening, "demonstration-1")
    assert ">\nNo.</textarea>" in words(changed)
    part(client, screening, "demonstration-1", {"text": "Never."})
    ready = words(client.get(page("onboarding-step", screening.pk)))
    assert "Hand in" in ready
    assert act(client, screening, "submit").headers["Location"] == page("onboarding")
    told = words(client.get(page("onboarding")))
    assert "without knowing who you are" in told
    attempt.refresh_from_db()
    assert (attempt.sensitive_agreement, attempt.tau) == (1.0, 1.0)
    assert attempt.answers["demonstration-0"] == {"text": "It is the end.\nOf a life."}
    assert attempt.answers["demonstration-1"] == {"text": "Never."}
    assert part(client, screening, "texts").headers["Location"] == page(
        "onboarding-step", screening.pk
    )


def test_what_is_typed_is_kept_as_a_draft(cast, client, candidate):
    screening = step_make(cast, "screening")
    act(client, screening, "begin")
    key = f"ranking-{screening.content['golds'][0]}"
    for name, draft, seen in (
        ("demonstration-0", {"text": ["So far"]}, ">\nSo far</textarea>"),
        ("texts", {"t-0": ["yes"]}, 'name="t-0" value="yes" checked'),
        (key, {"slots": [2, 0, 0, 0]}, "<option selected>2</option>"),
    ):
        address = page("onboarding-draft", screening.pk, name)
        kept = client.post(address, {"draft": draft}, content_type="application/json")
        assert kept.status_code == 204
        assert seen in words(part(client, screening, name))
    bodies: list[Any] = [{"draft": 3}, {}, []]
    for body in bodies:
        address = page("onboarding-draft", screening.pk, "texts")
        refused = client.post(address, body, content_type="application/json")
        assert refused.status_code == 400
    assert client.get(page("onboarding-draft", screening.pk, "texts")).status_code == 302


def test_what_is_no_step_or_part_is_not_found(cast, client, candidate):
    screening = step_make(cast, "screening")
    assert part(client, screening, "texts").status_code == 404  # not begun
    act(client, screening, "begin")
    assert part(client, screening, "ranking-0").status_code == 404
    assert client.get(page("onboarding-step", 0)).status_code == 404
    assert act(client, screening, "dance").status_code == 422


def test_who_is_not_accepted_reads_why_and_nothing_else(cast, client, candidate):
    screening = step_make(cast, "screening")
    screened(candidate, screening)
    candidate_decide(
        actor=cast.ada,
        candidate=Candidate.objects.get(),
        outcome="rejected",
        note="Secret.",
        message="Thank you & <b>goodbye</b>.",
    )
    told = words(client.get(page("onboarding")))
    assert "You were not accepted" in told
    assert "Thank you &amp; &lt;b&gt;goodbye&lt;/b&gt;." in told
    assert "Secret" not in told
    assert client.get(page("work")).status_code == 404
    assert "No try" not in words(act(client, screening, "begin"))
    assert OnboardingAttempt.objects.count() == 1
    assert "/p/everyday/onboarding/" in words(client.get("/"))


def test_who_opens_the_work_too_early_is_told_where_to_go_on(cast, client, candidate):
    refused = client.get(page("work"))
    assert refused.status_code == 403
    assert "Go on with that from your home page." in words(refused)


def test_home_leads_to_the_onboarding(cast, client, candidate):
    assert page("onboarding") not in words(client.get("/"))
    step_make(cast, "read")
    assert page("onboarding") in words(client.get("/"))


def test_others_onboarding_is_not_found(cast, client):
    made = step_make(cast, "read")
    for person, status in ((cast.otto, 404), (cast.sita, 404)):
        client.force_login(person)
        assert client.get(page("onboarding")).status_code == status
        assert act(client, made, "acknowledge", version=1).status_code == status
    Membership.objects.filter(user=cast.lena).update(state="invited")
    client.force_login(cast.lena)
    assert client.get(page("onboarding")).status_code == 403
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    assert client.get(page("onboarding")).status_code == 404
