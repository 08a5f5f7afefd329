"""One's own account, and the way back to a forgotten password."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from rest_framework.authtoken.models import Token

from annotation.models import AuditEvent, Mail, User
from annotation.people.mails import mail_send
from annotation.people.throttle import OwnThrottle, ResetThrottle
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
NEW = "a new horse battery"
ASKED = "/password/reset/asked/"


@pytest.fixture
def lena(cast: Cast) -> User:
    User.objects.filter(pk=cast.lena.pk).update(email="Lena@example.org")
    return User.objects.get(pk=cast.lena.pk)


def ask(client: Client, email: str = "lena@example.org") -> None:
    answer = client.post("/password/reset/", {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, ASKED)


def link_sent() -> str:
    mail_send(mail_id=Mail.objects.latest("pk").pk)
    found = re.search(r"http://testserver(/password/reset/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def set_password(client: Client, link: str, password: str = NEW) -> Any:
    page = client.get(link, follow=True)
    return client.post(
        page.request["PATH_INFO"], {"new_password1": password, "new_password2": password}
    )


def test_a_forgotten_password_is_set_anew(client: Client, lena: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(lena)
    Token.objects.create(user=lena)
    assert "/password/reset/" in client.get("/sign-in/").content.decode()
    ask(client)
    link = link_sent()
    assert mail.outbox[0].to == ["Lena@example.org"]
    assert "Hello lena" in str(mail.outbox[0].body)
    assert link.rpartition("/")[0].rpartition("/")[2] not in str(Mail.objects.values_list())
    page = client.get(link, follow=True)
    assert link not in page.request["PATH_INFO"]  # the token leaves the address
    assert "For the account <b>lena</b>" in page.content.decode()
    answer = set_password(client, link)
    assert answer["Location"] == "/sign-in/"
    assert "Your new password is set" in client.get("/sign-in/").content.decode()
    lena.refresh_from_db()
    assert lena.check_password(NEW)
    assert not Token.objects.exists()
    assert elsewhere.get("/").status_code == 302  # signed out
    assert AuditEvent.objects.get(verb="password_reset").target == "lena"
    assert "does not work any more" in client.get(link).content.decode()


def test_nobody_learns_whose_an_address_is(client: Client, lena: User) -> None:
    pages = []
    for email in ("lena@example.org", "nobody@example.org"):
        ask(client, email)
        pages.append(client.get(ASKED).content)
    assert pages[0] == pages[1]
    first, second = Mail.objects.order_by("pk")
    assert (first.state, second.state) == ("queued", "queued")
    for row in (first, second):
        mail_send(mail_id=row.pk)
    assert [each.to for each in mail.outbox] == [["Lena@example.org"]]
    assert Mail.objects.get(pk=second.pk).state == "dropped"


def test_a_suspended_account_gets_no_link(client: Client, lena: User) -> None:
    User.objects.filter(pk=lena.pk).update(is_active=False)
    ask(client)
    mail_send(mail_id=Mail.objects.get().pk)
    assert mail.outbox == []


def test_an_address_is_not_flooded(client: Client, lena: User) -> None:
    ask(client)
    ask(client, "LENA@example.org")
    assert Mail.objects.count() == 1


def test_asking_is_throttled(client: Client, lena: User) -> None:
    for _ in range(ResetThrottle.most):
        ask(client)
    answer = client.post("/password/reset/", {"email": "lena@example.org"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()


@pytest.mark.parametrize("odd", ["/password/reset/x/y/", "/password/reset/MQ/set-password/"])
def test_an_odd_link_is_told(client: Client, cast: Cast, odd: str) -> None:
    page = client.get(odd)
    assert page.status_code == 200
    assert "does not work any more" in page.content.decode()


def test_a_weak_password_is_refused(client: Client, lena: User) -> None:
    ask(client)
    page = set_password(client, link_sent(), "12345678")
    assert page.status_code == 200
    assert "too common" in page.content.decode()
    lena.refresh_from_db()
    assert lena.check_password(PASSWORD)


def test_an_e_mail_speaks_the_language_of_who_asked(client: Client, lena: User) -> None:
    client.post("/password/reset/", {"email": lena.email}, headers={"Accept-Language": "de"})
    mail_send(mail_id=Mail.objects.get().pk)
    assert "Hallo lena" in str(mail.outbox[0].body)


def test_a_new_password_when_signed_in(client: Client, lena: User) -> None:
    client.force_login(lena)
    elsewhere = Client()
    elsewhere.force_login(lena)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    wrong = client.post("/account/password/", {**data, "old_password": "guess"})
    assert wrong.status_code == 200
    assert client.post("/account/password/", data)["Location"] == "/account/"
    assert client.get("/account/").status_code == 200  # still signed in
    assert elsewhere.get("/").status_code == 302
    lena.refresh_from_db()
    assert lena.check_password(NEW)


def test_an_open_session_is_no_way_to_guess_a_password(client: Client, lena: User) -> None:
    client.force_login(lena)
    for _ in range(OwnThrottle.most):
        client.post("/account/password/", {"old_password": "guess"})
    right = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/account/password/", right).status_code == 429
    data = {"email": "x@example.org", "password": PASSWORD}
    assert client.post("/account/", data).status_code == 429
    lena.refresh_from_db()
    assert (lena.check_password(PASSWORD), lena.email) == (True, "Lena@example.org")


def test_the_address_is_changed_with_the_password(client: Client, lena: User) -> None:
    client.force_login(lena)
    assert "Lena@example.org" in client.get("/account/").content.decode()
    page = client.post("/account/", {"email": "new@example.org", "password": "guess"})
    assert "not your password" in page.content.decode()
    answer = client.post("/account/", {"email": "new@Example.ORG", "password": PASSWORD})
    assert answer.status_code == 302
    lena.refresh_from_db()
    assert lena.email == "new@example.org"
    event = AuditEvent.objects.get()
    assert event.data["changes"] == {"email": ["Lena@example.org", "new@example.org"]}


def test_strangers_have_no_account(client: Client, cast: Cast) -> None:
    for url in ("/account/", "/account/password/"):
        for method in (client.get, client.post):
            assert method(url)["Location"].startswith("/sign-in/")
