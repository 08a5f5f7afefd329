"""/api/projects/<slug>/gold/, and the word that lets a paused labeler go on."""

import pytest
from django.utils import timezone

from annotation.models import Gold, Membership
from tests.annotation.test_gold_golds import make
from tests.annotation.test_gold_watch import answer
from tests.annotation.work import completions_make, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PATH = "/api/projects/everyday/gold/"


def test_gold_is_made_listed_and_retired(cast, as_):
    client = as_(cast.ada)
    ids = [each.pk for each in completions_make(prompt_make(cast.project), 4)]
    body = {"completions": ids, "ranks": [2, 1, 4, 2], "explanation": "The **second** is right."}
    said = client.post(PATH, body, format="json")
    assert said.status_code == 201, said.json()
    assert (said.json()["completions"], said.json()["ranks"]) == (ids, [2, 1, 3, 2])
    assert (said.json()["purpose"], said.json()["asked"]) == ("gold", 0)
    (row,) = client.get(PATH).json()["results"]
    assert client.get(f"{PATH}{row['id']}/").json() == row
    assert client.delete(f"{PATH}{row['id']}/").status_code == 204
    assert Gold.objects.get().retired_at is not None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"ranks": [1, 2]}, "non_field_errors"),
        ({"ranks": [1, 1, 1, 1]}, "ranks"),
        ({"completions": [1, 2, 3, 10**15]}, "completions"),
        ({"colour": "blue"}, "colour"),
        ({"purpose": "train"}, "purpose"),
    ],
)
def test_what_is_refused_says_why(cast, as_, wrong, named):
    ids = [each.pk for each in completions_make(prompt_make(cast.project), 4)]
    body = {"completions": ids, "ranks": [1, 2, 3, 4], **wrong}
    said = as_(cast.ada).post(PATH, body, format="json")
    assert (said.status_code, list(said.json())) == (400, [named])


def test_another_projects_answers_cannot_be_used(cast, as_):
    ids = [each.pk for each in completions_make(prompt_make(cast.other), 4)]
    said = as_(cast.ada).post(PATH, {"completions": ids, "ranks": [1, 2, 3, 4]}, format="json")
    assert said.status_code == 400


def test_grades_and_rules(cast, as_):
    answer(cast, make(cast), [1, 2, 3, 4])
    client = as_(cast.ada)
    (grade,) = client.get(f"{PATH}grades/").json()["results"]
    assert (grade["labeler"], grade["agreement"], grade["tau"]) == ("lena", 1.0, 1.0)
    assert client.get(f"{PATH}rules/").json()["window"] == 10
    changed = client.patch(f"{PATH}rules/", {"window": 5}, format="json").json()
    assert changed == {"window": 5, "least": 4, "warn_below": 65, "pause_below": 50}
    assert client.patch(f"{PATH}rules/", {"least": 6}, format="json").status_code == 400


def test_a_paused_labeler_is_told_and_let_go_on(cast, as_):
    member = Membership.objects.get(project=cast.project, user=cast.lena)
    Membership.objects.filter(pk=member.pk).update(paused_at=timezone.now())
    claimed = as_(cast.lena).post("/api/projects/everyday/tasks/claim/", {}, format="json")
    assert claimed.status_code == 403
    assert "paused" in claimed.json()["detail"]
    path = f"/api/projects/everyday/members/{member.pk}/resume/"
    assert as_(cast.lena).post(path).status_code == 403
    assert as_(cast.ada).post(path).status_code == 204
    assert as_(cast.ada).post(path).status_code == 400
    member.refresh_from_db()
    assert member.paused_at is None


def test_only_admins_and_reviewers_see_gold(cast, as_):
    for person in (cast.lena, cast.rosa):
        assert as_(person).get(PATH).status_code == 403
        assert as_(person).get(f"{PATH}grades/").status_code == 403
