"""Candidates are screened without a name."""

import pytest
from django.urls import reverse

from annotation.models import Membership, OnboardingGrade, ScreeningDecision
from annotation.onboarding.attempts import step_acknowledge
from annotation.onboarding.grades import demonstration_grade
from tests.annotation.onboarding import nora, screened, step_make

pytestmark = pytest.mark.django_db


def page(name, *more):
    return reverse(name, args=["everyday", *more])


def words(response):
    return response.content.decode()


@pytest.fixture
def attempt(cast):
    membership = nora(cast)
    read, screening = step_make(cast, "read"), step_make(cast, "screening")
    step_acknowledge(membership=membership, step=read, version=1)
    return screened(membership, screening)


def number(attempt):
    return attempt.membership.candidate.number


def test_the_sheet_tells_no_name_until_it_is_decided(cast, client, attempt):
    client.force_login(cast.ada)
    addresses = [page("candidates"), page("candidate", number(attempt)), page("candidate-grading")]
    for address in addresses:
        shown = words(client.get(address)).lower()
        for name in ("nora", "nilsson", "example.org"):
            assert name not in shown, address
    sent = client.post(
        page("candidate-decide", number(attempt)),
        {"outcome": "accepted", "note": "Careful.", "message": "Welcome."},
    )
    assert sent.headers["Location"] == addresses[1]
    assert "Nora Nilsson" in words(client.get(addresses[1]))
    assert "Nora Nilsson" in words(client.get(addresses[0]))


def test_no_other_page_tells_whose_number_it_is(cast, client, attempt):
    demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=7)
    client.force_login(cast.ada)
    for name in ("history", "members", "project", "onboarding-steps"):
        shown = words(client.get(page(name)))
        assert f"andidate {number(attempt)}" not in shown, name
    step = attempt.step_id
    for name in ("onboarding-step-history", "onboarding-step-edit"):
        assert "nora" not in words(client.get(page(name, step))), name


def test_the_sheet_shows_all_there_is(cast, client, attempt):
    demonstration_grade(reviewer=cast.ada, attempt=attempt, item=0, grade=7, note="So kind.")
    demonstration_grade(reviewer=cast.rosa, attempt=attempt, item=0, grade=5)
    client.force_login(cast.ada)
    shown = words(client.get(page("candidate", number(attempt))))
    for seen in (
        "100 %",
        "meets",
        "<b>6.0</b> ± 1.4",
        "So kind.",
        "An insult.",
        "Written in the screening, the second.",
        "1 answer is not graded yet.",
        "Politics",
    ):
        assert seen in shown, seen


def test_a_decision_needs_an_outcome_and_keeps_what_was_typed(cast, client, attempt):
    client.force_login(cast.ada)
    refused = client.post(page("candidate-decide", number(attempt)), {"note": "Long & careful."})
    assert refused.status_code == 422
    assert "Choose what you decide." in words(refused)
    assert "Long &amp; careful." in words(refused)
    assert not ScreeningDecision.objects.exists()


def test_reviewers_grade_and_do_not_decide(cast, client, attempt):
    Membership.objects.get(user=cast.luis).roles.create(role="reviewer")
    client.force_login(cast.luis)
    assert "Grade 2 answers" in words(client.get(page("candidates")))
    shown = client.get(page("candidate-grading"))
    assert "the first." in words(shown)
    assert f"andidate {number(attempt)}" not in words(shown)
    posted = {"attempt": attempt.pk, "item": 0}
    refused = client.post(page("candidate-grading"), {**posted, "note": "Hm & so."})
    assert (refused.status_code, "Hm &amp; so." in words(refused)) == (422, True)
    assert client.post(page("candidate-grading"), {**posted, "grade": "6"}).status_code == 302
    assert OnboardingGrade.objects.get().grade == 6
    again = client.post(page("candidate-grading"), {**posted, "grade": "1"}, follow=True)
    assert "graded or decided on already" in words(again)
    assert "the second." in words(client.get(page("candidate-grading")))
    sheet = words(client.get(page("candidate", number(attempt))))
    assert "Message to the candidate" not in sheet
    decide = page("candidate-decide", number(attempt))
    assert client.post(decide, {"outcome": "accepted"}).status_code == 403


def test_others_see_no_candidates(cast, client, attempt):
    for person, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404)):
        client.force_login(person)
        for address in (page("candidates"), page("candidate", number(attempt))):
            assert client.get(address).status_code == status
    client.force_login(cast.otto)
    other = reverse("candidate", args=["elsewhere", number(attempt)])
    assert client.get(other).status_code == 404


def test_the_list_asks_no_more_of_many(cast, client, attempt, django_assert_max_num_queries):
    client.force_login(cast.ada)
    with django_assert_max_num_queries(24):
        client.get(page("candidates"))
