"""/api/site/: for the site admin alone."""

import pytest

from annotation.models import AuditEvent, User
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.service]
PEOPLE = "/api/site/people/"


@pytest.mark.parametrize("path", ["", "people/", "events/"])
def test_nobody_else_comes_in(cast, as_, path):
    for person in (cast.ada, cast.lena, cast.otto):
        client = as_(person)
        assert client.get(f"/api/site/{path}").status_code == 403
        for method in (client.post, client.patch):
            assert method(f"/api/site/{path}", {}, format="json").status_code in (403, 405)


def test_how_much_there_is(cast, as_):
    said = as_(cast.sita).get("/api/site/").json()
    assert (said["people"], said["suspended"]) == (7, 0)
    assert [(row["project"], row["members"]) for row in said["projects"]] == [
        ("elsewhere", 1),
        ("everyday", 5),
    ]


def test_accounts(cast, as_):
    client = as_(cast.sita)
    assert client.get(f"{PEOPLE}?words=len").json()["results"][0]["username"] == "lena"
    made = client.post(PEOPLE, {"username": "nora", "password": PASSWORD}, format="json")
    assert made.status_code == 201
    changed = client.patch(PEOPLE, {"user": "nora", "is_active": False}, format="json")
    assert changed.json()["is_active"] is False
    assert not User.objects.get(username="nora").is_active
    for wrong, field in (
        ({"user": "nobody"}, "user"),
        ({"user": "sita", "is_superuser": False}, "is_superuser"),
        ({"user": "lena", "password": "x"}, "password"),
    ):
        said = client.patch(PEOPLE, wrong, format="json")
        assert (said.status_code, list(said.json())) == (400, [field])
    events = client.get("/api/site/events/").json()["results"]
    assert [event["verb"] for event in events] == ["user_update", "user_create"]
    assert AuditEvent.objects.count() == 2
