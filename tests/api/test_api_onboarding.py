"""/api/projects/<slug>/onboarding/."""

import pytest

from annotation.models import Candidate, Membership, OnboardingStep
from tests.annotation.onboarding import QUIZ, nora, screened, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/onboarding/"
STEPS = f"{HERE}steps/"


def candidate(cast):
    attempt = screened(nora(cast), step_make(cast, "screening"), ranks=(1, 3, 2, 4))
    return attempt, f"{HERE}candidates/{attempt.membership.candidate.number}/"


def test_steps_are_composed(cast, as_):
    client = as_(cast.ada)
    made = client.post(
        STEPS, {"kind": "read", "title": "Rules", "body": "Read.", "ask_now": True}, format="json"
    )
    assert made.status_code == 201, made.json()
    assert (made.json()["version"], made.json()["asked_from"], made.json()["ready"]) == (1, 1, True)
    quiz = client.post(STEPS, {"kind": "quiz", "title": "Quiz", "content": QUIZ}, format="json")
    first, second = made.json()["id"], quiz.json()["id"]
    changed = client.patch(
        f"{STEPS}{first}/", {"body": "Read on.", "ask_again": True}, format="json"
    )
    assert (changed.json()["version"], changed.json()["asked_from"]) == (2, 2)
    ordered = client.post(f"{STEPS}order/", {"ids": [second, first]}, format="json")
    assert [row["id"] for row in ordered.json()] == [second, first]
    assert [row["id"] for row in client.get(STEPS).json()["results"]] == [second, first]
    assert client.get(f"{STEPS}{first}/").json()["title"] == "Rules"
    assert client.delete(f"{STEPS}{first}/").status_code == 204
    assert OnboardingStep.objects.get(pk=first).retired_at is not None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kind": "dance"}, "kind"),
        ({"colour": 1}, "colour"),
        ({"content": {"questions": []}}, "content"),
        ({"content": 3}, "content"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"ask_again": True}, "ask_again"),
    ],
)
def test_what_is_refused_says_why(cast, as_, wrong, named):
    body = {"kind": "quiz", "title": "Quiz", "content": QUIZ, **wrong}
    said = as_(cast.ada).post(STEPS, body, format="json")
    assert (said.status_code, list(said.json())) == (400, [named])


def test_a_sheet_tells_no_name_until_it_is_decided(cast, as_):
    attempt, address = candidate(cast)
    client = as_(cast.ada)
    for each in (address, f"{HERE}candidates/", f"{HERE}grading/"):
        told = client.get(each).content.decode().lower()
        for name in ("nora", "nilsson", "example.org"):
            assert name not in told
    sheet = client.get(address).json()
    assert set(sheet) == {"number", "state", "name", "steps", "screenings", "decisions"}
    (screening,) = sheet["screenings"]
    assert screening["tau"] == pytest.approx(4 / 6)
    assert screening["figures"][0] == {
        "name": "sensitive",
        "value": 100.0,
        "cutoff": 75.0,
        "met": True,
    }
    assert screening["topics"] == [
        {"topic": "Politics", "said": 2},
        {"topic": "Medicine", "said": 5},
    ]
    assert sheet["steps"][0]["tries"] == 1
    decided = client.post(
        f"{address}decision/", {"outcome": "heldout", "note": "Careful."}, format="json"
    )
    assert (decided.status_code, decided.json()["decided_by"]) == (201, "ada")
    assert client.get(address).json()["name"] == "Nora Nilsson"
    (row,) = client.get(f"{HERE}candidates/").json()["results"]
    assert (row["state"], row["name"]) == ("heldout", "nora")
    again = client.post(f"{address}decision/", {"outcome": "rejected"}, format="json")
    assert again.status_code == 400
    assert attempt.membership.user.memberships.get().heldout


def test_demonstrations_are_graded(cast, as_):
    attempt, address = candidate(cast)
    Membership.objects.get(user=cast.luis).roles.create(role="reviewer")
    client = as_(cast.luis)
    waiting = client.get(f"{HERE}grading/").json()
    assert [(each["attempt"], each["item"]) for each in waiting] == [
        (attempt.pk, 0),
        (attempt.pk, 1),
    ]
    body = {"attempt": attempt.pk, "item": 0, "grade": 6}
    assert client.post(f"{HERE}grading/", body, format="json").status_code == 204
    wrong = client.post(f"{HERE}grading/", {**body, "grade": 8}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["grade"])
    assert client.get(address).json()["screenings"][0]["written"][0]["grades"] == [6]
    decide = {"outcome": "accepted"}
    assert client.post(f"{address}decision/", decide, format="json").status_code == 403


def test_another_projects_steps_and_candidates_are_not_found(cast, as_):
    attempt, address = candidate(cast)
    step = OnboardingStep.objects.get()
    client = as_(cast.otto)
    there = HERE.replace("everyday", "elsewhere")
    assert client.get(f"{there}steps/{step.pk}/").status_code == 404
    assert client.get(address.replace("everyday", "elsewhere")).status_code == 404
    grade = {"attempt": attempt.pk, "item": 0, "grade": 6}
    assert client.post(f"{there}grading/", grade, format="json").status_code == 404
    for person in (cast.lena, cast.rosa):
        for each in (STEPS, f"{HERE}candidates/", f"{HERE}grading/", address):
            assert as_(person).get(each).status_code == 403


def test_new_labelers_begin_in_onboarding_and_others_at_work(cast, as_):
    step_make(cast, "read")
    client = as_(cast.ada)
    states = {}
    for name, roles in (("new1", ["labeler"]), ("new2", ["labeler", "reviewer"])):
        body = {"username": name, "roles": roles, "password": "correct horse battery"}
        made = client.post("/api/projects/everyday/members/", body, format="json")
        states[name] = made.json()["state"]
        link = client.post(
            "/api/projects/everyday/invitations/links/", {"roles": roles}, format="json"
        )
        assert link.json()["state"] == made.json()["state"]
    assert states == {"new1": "onboarding", "new2": "active"}
    body = {"username": "new3", "roles": ["labeler"], "state": "active"}
    made = client.post(
        "/api/projects/everyday/members/",
        {**body, "password": "correct horse battery"},
        format="json",
    )
    assert made.json()["state"] == "active"
    assert not Candidate.objects.exists()
