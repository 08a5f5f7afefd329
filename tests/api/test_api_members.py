"""/api/projects/<slug>/members/."""

import pytest

from annotation.models import Membership, User
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PATH = "/api/projects/everyday/members/"


def test_the_list_says_who_may_do_what(cast, as_):
    rows = as_(cast.ada).get(PATH).json()["results"]
    assert [(row["username"], row["roles"], row["heldout"]) for row in rows] == [
        ("ada", ["admin"], False),
        ("hana", ["labeler"], True),
        ("lena", ["labeler"], False),
        ("luis", ["labeler"], False),
        ("rosa", ["researcher"], False),
    ]
    assert "declined" not in rows[0]
    for other in (cast.lena, cast.rosa):
        assert as_(other).get(PATH).status_code == 403


def test_a_person_holds_several_roles(cast, as_):
    lena = Membership.objects.get(project=cast.project, user=cast.lena)
    path = f"{PATH}{lena.pk}/"
    said = as_(cast.ada).patch(path, {"roles": ["reviewer", "labeler"]}, format="json")
    assert said.json()["roles"] == ["labeler", "reviewer"]
    client = as_(cast.lena)
    assert client.post("/api/projects/everyday/tasks/claim/").status_code != 403  # as a labeler
    client.force_login(cast.lena)
    assert client.get("/p/everyday/").status_code == 200  # as a reviewer


def test_somebody_is_added(cast, as_):
    client = as_(cast.ada)
    body = {"username": "nora", "password": PASSWORD, "roles": ["labeler", "researcher"]}
    made = client.post(PATH, body, format="json")
    assert (made.status_code, made.json()["roles"]) == (201, ["labeler", "researcher"])
    assert User.objects.get(username="nora").check_password(PASSWORD)
    again = client.post(PATH, {"username": "otto", "roles": ["labeler"]}, format="json")
    assert again.status_code == 201
    assert as_(cast.lena).post(PATH, body, format="json").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "nobody", "roles": ["labeler"]}, "username"),
        ({"username": "otto", "roles": []}, "roles"),
        ({"username": "otto", "roles": ["king"]}, "roles"),
        ({"username": "otto", "password": PASSWORD, "roles": ["labeler"]}, "password"),
        ({"username": "lena", "roles": ["labeler"]}, "username"),
        ({"username": "otto", "roles": ["labeler"], "languages": ["English"]}, "languages"),
        ({"username": "otto", "roles": ["labeler"], "king": True}, "king"),
    ],
)
def test_a_bad_member_is_named(cast, as_, body, field):
    said = as_(cast.ada).post(PATH, body, format="json")
    assert (said.status_code, list(said.json())) == (400, [field])
    assert cast.project.memberships.count() == 5


def test_the_last_admin_stays(cast, as_):
    ada = Membership.objects.get(project=cast.project, user=cast.ada)
    said = as_(cast.ada).patch(f"{PATH}{ada.pk}/", {"roles": ["labeler"]}, format="json")
    assert said.status_code == 400
    assert "one active admin" in said.json()["non_field_errors"][0]


def test_members_of_another_project_are_404(cast, as_):
    otto = Membership.objects.get(project=cast.other, user=cast.otto)
    for method in ("get", "patch"):
        answer = getattr(as_(cast.ada), method)(f"{PATH}{otto.pk}/", {}, format="json")
        assert answer.status_code == 404
    assert as_(cast.ada).delete(f"{PATH}{otto.pk}/").status_code == 405
