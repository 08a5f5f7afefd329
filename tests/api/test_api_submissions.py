"""A labeler's own submissions through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import Assignment, Demonstration, Ranking
from tests.annotation.work import demonstration_task, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/"


def hand_in(client, **said):
    work = client.post(f"{HERE}tasks/claim/", {}, format="json").json()
    done = client.post(f"{HERE}assignments/{work['id']}/submit/", said, format="json")
    assert done.status_code == 200
    return f"{HERE}assignments/{work['id']}/revisions/"


def test_submissions_are_listed_with_what_may_change(cast, as_):
    client = as_(cast.lena)
    for text in ("One.", "Two."):
        demonstration_task(cast.project)
        last = hand_in(client, text=text)
    client.post(last, {"base": 1, "text": "Two, and more."}, format="json")
    demonstration_task(cast.project)
    client.post(f"{HERE}tasks/claim/", {}, format="json")
    rows = client.get(f"{HERE}submissions/").json()["results"]
    assert [(row["kind"], row["state"], row["revision"]) for row in rows] == [
        ("demonstration", "submitted", 2),
        ("demonstration", "submitted", 1),
    ]
    assert rows[0]["editable_until"] > rows[0]["submitted_at"]
    assert as_(cast.luis).get(f"{HERE}submissions/").json()["results"] == []


def test_a_demonstration_is_changed(cast, as_):
    demonstration_task(cast.project)
    client = as_(cast.lena)
    here = hand_in(client, text="One.")
    said = client.post(here, {"base": 1, "text": " Two.\n"}, format="json")
    assert (said.status_code, said.json()["revision"], said.json()["text"]) == (200, 2, " Two.\n")
    assert [row["text"] for row in client.get(here).json()] == ["One.", " Two.\n"]
    refused = client.post(here, {"base": 1, "text": "Three."}, format="json")
    assert refused.status_code == 400
    assert "changed in another tab" in refused.json()["non_field_errors"][0]
    assert client.post(here, {"text": "Three."}, format="json").json() == {
        "base": ["This field is required."]
    }
    odd = {"base": 2, "text": "Three.", "claim": True}
    assert client.post(here, odd, format="json").json() == {"claim": ["Unknown field."]}
    Assignment.objects.update(ended_at=timezone.now() - timedelta(hours=2))
    late = client.post(here, {"base": 2, "text": "Three."}, format="json")
    assert late.status_code == 400
    assert Demonstration.objects.count() == 2


@pytest.mark.parametrize("aim", ["best", "worst"])
def test_a_ranking_is_changed_in_the_order_shown(cast, as_, aim):
    ranking_task(cast.project)
    client = as_(cast.lena)
    here = hand_in(client, judgments=[{"rank": rank} for rank in (1, 2, 3, 4)])
    change = {
        "base": 1,
        "judgments": [{"rank": 3}, {"rank": 1, "likert": 7}, {"rank": 2}, {"rank": 3}],
        "note": "So.",
        "aim": aim,
    }
    said = client.post(here, change, format="json").json()
    ranks = [3, 1, 2, 3] if aim == "best" else [1, 3, 2, 1]
    assert [each["rank"] for each in said["judgments"]] == ranks
    assert (said["judgments"][1]["likert"], said["note"]) == (7, "So.")
    assert Ranking.objects.get(is_current=True).revision == 2
    first, _ = client.get(here).json()
    assert [each["rank"] for each in first["judgments"]] == [1, 2, 3, 4]


def test_only_ones_own(cast, as_):
    demonstration_task(cast.project)
    here = hand_in(as_(cast.lena), text="One.")
    for person, status in ((cast.luis, 404), (cast.otto, 404), (cast.rosa, 403)):
        assert as_(person).get(here).status_code == status
        said = as_(person).post(here, {"base": 1, "text": "Mine."}, format="json")
        assert said.status_code == status
    assert as_(cast.rosa).get(f"{HERE}submissions/").status_code == 403
