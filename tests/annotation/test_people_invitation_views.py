"""An admin's pages of invitations, and the page that a link leads to."""

import re
from typing import Any

import pytest
from django.test import Client

from annotation.models import Invitation, Mail, Membership, User
from annotation.people.invitations import invitation_link, invitations_mail
from annotation.people.throttle import InvitationThrottle
from tests.annotation.test_people_project_views import check_access, sign_in
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
URL = "/p/everyday/members/invitations/"
OFFER = {"roles": ["labeler", "reviewer"], "state": "active", "days": "7"}
PASSWORDS = {"password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def secret(cast: Cast) -> str:
    return invitation_link(actor=cast.ada, project=cast.project, roles=["labeler"], most_uses=30)[1]


def test_inviting_by_e_mail(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    assert client.get(f"{URL}email/").status_code == 200
    data = {**OFFER, "emails": "nora@example.org, nick@example.org"}
    assert client.post(f"{URL}email/", data)["Location"] == URL
    page = client.get(URL).content.decode()
    for shown in ("2 invitations are on their way", "nora@example.org", "Waiting to be sent"):
        assert shown in page
    assert [row.origin for row in Mail.objects.all()] == ["http://testserver"] * 2
    assert "invited already" in client.post(f"{URL}email/", data, follow=True).content.decode()
    bad = client.post(f"{URL}email/", {**OFFER, "emails": "nora"})
    assert "Not an e-mail address: nora" in bad.content.decode()


def test_why_an_e_mail_was_not_sent_is_shown(client: Client, cast: Cast) -> None:
    offer: dict[str, Any] = {"roles": ["labeler"], "origin": "http://testserver", "language": "en"}
    invitations_mail(actor=cast.ada, project=cast.project, emails="n@example.org", **offer)
    Mail.objects.update(state="failed", reason="refused: 550 No such user <n>")
    page = sign_in(client, cast.ada).get(URL).content.decode()
    assert "Not sent" in page
    assert "550 No such user &lt;n&gt;" in page
    row = Invitation.objects.get()
    assert (
        "within the last minute"
        in client.post(f"{URL}{row.pk}/resend/", follow=True).content.decode()
    )
    Mail.objects.update(created_at="2026-01-01T00:00Z")
    client.post(f"{URL}{row.pk}/resend/")
    assert sorted(row.mails.values_list("state", flat=True)) == ["failed", "queued"]


def test_a_link_is_shown_once(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    answer = client.post(f"{URL}link/", {**OFFER, "note": "May", "most_uses": "3"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"http://testserver(/invitations/(\S+)/)", answer.content.decode())
    assert found
    assert found[2] not in client.get(URL).content.decode()
    assert "May" in client.get(URL).content.decode()
    assert client.get(found[1]).status_code == 200
    row = Invitation.objects.get()
    client.post(f"{URL}{row.pk}/revoke/")
    over = client.get(found[1])
    assert over.status_code == 410
    assert "taken back" in over.content.decode()


def test_pages_check_access(client: Client, cast: Cast, secret: str) -> None:
    row = Invitation.objects.get()
    for page in ("", "email/", "link/"):
        check_access(client, cast, URL + page)
    for action in ("revoke", "resend"):
        assert sign_in(client, cast.lena).post(f"{URL}{row.pk}/{action}/").status_code == 403
        elsewhere = f"/p/elsewhere/members/invitations/{row.pk}/{action}/"
        assert sign_in(client, cast.otto).post(elsewhere).status_code == 404
    row.refresh_from_db()
    assert row.standing == "open"


def test_somebody_with_an_account_joins(client: Client, cast: Cast, secret: str) -> None:
    page = f"/invitations/{secret}/"
    assert f"/sign-in/?next={page}" in client.get(page).content.decode()
    sign_in(client, cast.otto)
    assert "Join as otto" in client.get(page).content.decode()
    assert not Membership.objects.filter(project=cast.project, user=cast.otto).exists()
    answer = client.post(page, follow=True)
    assert "Welcome to Everyday" in answer.content.decode()
    assert Membership.objects.get(project=cast.project, user=cast.otto).state == "active"
    again = client.post(page, follow=True)
    assert "member of this project already" in again.content.decode()


def test_somebody_new_makes_an_account(client: Client, cast: Cast, secret: str) -> None:
    page = f"/invitations/{secret}/"
    weak = client.post(page, {"username": "nora", "password1": "1234", "password2": "1234"})
    assert "too short" in weak.content.decode()
    taken = client.post(page, {"username": "lena", **PASSWORDS})
    assert "already exists" in taken.content.decode()
    answer = client.post(
        page, {"username": "nora", "email": "n@example.org", **PASSWORDS}, follow=True
    )
    assert "Welcome to Everyday" in answer.content.decode()
    nora = User.objects.get(username="nora")
    assert (nora.email, nora.is_superuser) == ("n@example.org", False)
    assert client.get("/p/everyday/work/").status_code == 200


def test_an_invitation_by_e_mail_asks_for_no_address(client: Client, cast: Cast) -> None:
    offer: dict[str, Any] = {"roles": ["labeler"], "origin": "http://testserver", "language": "en"}
    invitations_mail(actor=cast.ada, project=cast.project, emails="n@example.org", **offer)
    _, secret = invitation_link(actor=cast.ada, project=cast.project, roles=["labeler"])
    link, mailed = Invitation.objects.get(email=""), Invitation.objects.exclude(email="").get()
    digest = link.token_hash
    link.delete()
    Invitation.objects.filter(pk=mailed.pk).update(token_hash=digest)
    page = client.get(f"/invitations/{secret}/").content.decode()
    assert "n@example.org" in page
    assert 'name="email"' not in page


def test_making_accounts_is_throttled(client: Client, cast: Cast, secret: str) -> None:
    page = f"/invitations/{secret}/"
    for _ in range(InvitationThrottle.most):
        client.post(page, {"username": ""})
    answer = client.post(page, {"username": "nora", **PASSWORDS})
    assert answer.status_code == 429
    assert not User.objects.filter(username="nora").exists()


def test_an_unknown_link(client: Client, cast: Cast) -> None:
    for user in (None, cast.lena):
        if user:
            sign_in(client, user)
        for method in (client.get, client.post):
            answer = method("/invitations/unknown/")
            assert answer.status_code == 410
            assert "no such invitation" in answer.content.decode()
