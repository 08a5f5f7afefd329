"""Reviews over the API: the queue, verdicts, decisions, and a labeler's answer."""

import pytest
from rest_framework.test import APIClient

from annotation.models import Decision, Ranking, Review, ReviewRules
from annotation.review.rules import rules_update
from tests.annotation.review_work import disputed, look, reviewer_join, reviews_make

pytestmark = pytest.mark.django_db
BASE = "/api/projects/everyday/reviews/"


def entered(person):
    client = APIClient()
    client.force_login(person)
    return client


@pytest.fixture
def rex(cast):
    return reviewer_join(cast)


def test_the_queue_is_listed_and_narrowed(cast, rex):
    task, _, _ = disputed(cast)
    look(cast)
    client = entered(rex)
    (row,) = client.get(BASE).json()["results"]
    assert (row["task"], row["reasons"], row["agreement"]) == (task.pk, ["disagree"], 0.0)
    assert client.get(BASE, {"reason": "flagged"}).json()["count"] == 0
    assert client.get(BASE, {"labeler": "luis"}).json()["count"] == 1
    assert client.get(BASE, {"labeler": "otto"}).status_code == 404
    assert client.get(BASE, {"state": "burnt"}).status_code == 400


def test_verdicts_and_decisions(cast, rex):
    task, lenas, luiss = disputed(cast)
    look(cast)
    client = entered(rex)
    url = f"{BASE}{task.pk}/"
    found = client.get(url).json()
    assert [each["labeler"] for each in found["submissions"]] == ["lena", "luis"]
    assert [each["rank"] for each in found["submissions"][1]["judgments"]] == [4, 3, 2, 1]
    said = {"submission": str(lenas.public_id), "revision": 1, "verdict": "returned"}
    assert client.post(f"{url}verdicts/", said, format="json").status_code == 400
    said["comment"] = "Sure of B?"
    answer = client.post(f"{url}verdicts/", said, format="json").json()
    assert answer["submissions"][0]["verdict"]["comment"] == "Sure of B?"
    ranks = {"judgments": [{"rank": each} for each in (1, 2, 2, 3)]}
    answer = client.post(f"{url}decision/", ranks, format="json").json()
    assert answer["decision"]["labeler"] == "rex"
    assert [each["rank"] for each in answer["decision"]["judgments"]] == [1, 2, 2, 3]
    assert answer["item"]["state"] == "decided"
    assert client.post(f"{url}decision/", ranks, format="json").status_code == 400
    assert client.delete(f"{url}decision/").json()["decision"] is None
    assert Decision.objects.get().undone_by == rex
    assert Ranking.objects.get(assignment=luiss).review == ""


def test_a_demonstration_is_decided(cast):
    made = reviews_make(cast)
    url = f"/api/projects/reviewed/reviews/{made.tasks['written'].pk}/"
    answer = entered(cast.ada).post(f"{url}decision/", {"text": "Ours."}, format="json").json()
    assert answer["decision"]["text"] == "Ours."


def test_names_may_be_hidden(cast, rex):
    task, _, _ = disputed(cast)
    look(cast)
    rules_update(actor=cast.ada, project=cast.project, names_hidden=True)
    found = entered(rex).get(f"{BASE}{task.pk}/").json()
    assert [each["labeler"] for each in found["submissions"]] == ["Labeler 1", "Labeler 2"]


def test_it_checks_access(cast, rex):
    task, _, _ = disputed(cast)
    look(cast)
    for person, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404), (cast.ada, 200)):
        assert entered(person).get(BASE).status_code == status
        assert entered(person).get(f"{BASE}{task.pk}/").status_code == status
    assert entered(rex).patch(f"{BASE}rules/", {"share": 5}, format="json").status_code == 403


def test_the_rules(cast):
    client = entered(cast.ada)
    assert client.get(f"{BASE}rules/").json()["asked"] == "nothing"
    changed = client.patch(
        f"{BASE}rules/", {"asked": "share", "share": 5, "flags": ["sexual"]}, format="json"
    )
    assert changed.json()["share"] == 5
    assert ReviewRules.objects.get().flags == ["sexual"]
    for wrong in ({"flags": ["made up"]}, {"share": 101}, {"asked": "all"}):
        assert client.patch(f"{BASE}rules/", wrong, format="json").status_code == 400


def test_a_labeler_answers(cast):
    made = reviews_make(cast)
    url = f"/api/projects/reviewed/assignments/{made.returned.public_id}/reviews/"
    client = entered(cast.lena)
    (review,) = client.get(url).json()
    assert review["verdict"] == "returned"
    assert "reviewer" not in review
    listed = client.get("/api/projects/reviewed/submissions/").json()["results"]
    assert sorted(row["review"] for row in listed) == ["", "", "overruled", "returned"]
    assert client.post(url, {"reply": "So it is."}, format="json").json()["reply"] == "So it is."
    assert client.post(url, {"reply": "Again."}, format="json").status_code == 400
    assert entered(cast.luis).get(url).status_code == 404
    assert Review.objects.filter(reply="So it is.").count() == 1
