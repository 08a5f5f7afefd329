"""/api/projects/<slug>/invitations/ and /api/invitations/accept/."""

import pytest

from annotation.models import Invitation, Membership
from annotation.people.invitations import invitation_link

pytestmark = [pytest.mark.django_db, pytest.mark.service]
PATH = "/api/projects/everyday/invitations/"


def test_inviting_addresses(cast, as_):
    client = as_(cast.ada)
    body = {"emails": ["nora@example.org", "nick@example.org"], "roles": ["labeler"]}
    made = client.post(PATH, body, format="json")
    assert made.status_code == 201
    assert {row["email"] for row in made.json()} == {"nora@example.org", "nick@example.org"}
    assert made.json()[0]["mail"]["state"] == "queued"
    assert client.post(PATH, body, format="json").json() == []
    rows = client.get(PATH).json()["results"]
    assert [row["standing"] for row in rows] == ["open", "open"]
    one = f"{PATH}{rows[0]['id']}/"
    assert client.get(one).json() == rows[0]
    assert client.post(f"{one}resend/").status_code == 400  # within the minute
    assert client.post(f"{one}revoke/").json()["standing"] == "revoked"
    assert client.post(f"{one}revoke/").status_code == 400


def test_a_link_and_coming_by_it(cast, as_):
    body = {"roles": ["labeler", "reviewer"], "most_uses": 5, "note": "May", "days": 3}
    made = as_(cast.ada).post(f"{PATH}links/", body, format="json").json()
    assert made["link"].startswith("http://testserver/invitations/")
    secret = made["link"].split("/")[-2]
    assert secret not in str(as_(cast.ada).get(PATH).json())
    accept = "/api/invitations/accept/"
    said = as_(cast.otto).post(accept, {"secret": secret}, format="json")
    assert said.json() == {
        "project": "everyday",
        "roles": ["labeler", "reviewer"],
        "state": "active",
    }
    assert as_(cast.ada).get(PATH).json()["results"][0]["people"] == ["otto"]
    for wrong in ("unknown", ""):
        refused = as_(cast.otto).post(accept, {"secret": wrong}, format="json")
        assert refused.status_code == 400
    again = as_(cast.otto).post(accept, {"secret": secret}, format="json")
    assert "already" in again.json()["non_field_errors"][0]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"emails": [], "roles": ["labeler"]}, "emails"),
        ("", {"emails": ["nora"], "roles": ["labeler"]}, "emails"),
        ("", {"emails": ["n@example.org"], "roles": []}, "roles"),
        ("", {"emails": ["n@example.org"], "roles": ["labeler"], "most_uses": 3}, "most_uses"),
        ("links/", {"roles": ["labeler"], "days": 365}, "days"),
        ("links/", {"roles": ["labeler"], "state": "invited"}, "state"),
        ("links/", {"roles": ["labeler"], "emails": ["n@example.org"]}, "emails"),
    ],
)
def test_a_bad_invitation_is_named(cast, as_, path, body, field):
    said = as_(cast.ada).post(PATH + path, body, format="json")
    assert (said.status_code, list(said.json())) == (400, [field])
    assert not Invitation.objects.exists()


def test_only_admins_invite(cast, as_):
    made, _ = invitation_link(actor=cast.ada, project=cast.project, roles=["labeler"])
    body = {"emails": ["n@example.org"], "roles": ["admin"]}
    for person, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404)):
        client = as_(person)
        assert client.get(PATH).status_code == status
        assert client.post(PATH, body, format="json").status_code == status
        assert client.post(f"{PATH}links/", {"roles": ["admin"]}, format="json").status_code == (
            status
        )
        assert client.post(f"{PATH}{made.pk}/revoke/").status_code == status
    elsewhere = f"/api/projects/elsewhere/invitations/{made.pk}/"
    assert as_(cast.otto).get(elsewhere).status_code == 404
    assert as_(cast.otto).post(f"{elsewhere}revoke/").status_code == 404
    assert Invitation.objects.get().standing == "open"
    assert not Membership.objects.filter(project=cast.project, user=cast.otto).exists()
