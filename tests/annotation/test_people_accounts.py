"""Accounts, as a site admin looks after them."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.authtoken.models import Token

from annotation.models import AuditEvent, User
from annotation.people.accounts import account_update, accounts_found
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_who_is_suspended_is_signed_out_everywhere(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lena)
    Token.objects.create(user=cast.lena)
    assert client.get("/").status_code == 200
    account_update(actor=cast.sita, user=cast.lena, is_active=False)
    assert client.get("/").status_code == 302
    assert not Token.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.actor, event.target, event.project) == (cast.sita, "lena", None)
    assert event.data == {"changes": {"is_active": [True, False]}}
    assert cast.project.memberships.filter(user=cast.lena).exists()
    account_update(actor=cast.sita, user=cast.lena, is_active=True)
    client.force_login(cast.lena)
    assert client.get("/p/everyday/work/").status_code == 200


def test_somebody_becomes_a_site_admin(cast: Cast) -> None:
    account_update(actor=cast.sita, user=cast.otto, is_superuser=True)
    client = Client()
    client.force_login(cast.otto)
    assert client.get("/p/everyday/settings/").status_code == 200
    account_update(actor=cast.otto, user=cast.sita, is_superuser=False)
    assert [user.username for user in accounts_found(standing="admin")] == ["otto"]


@pytest.mark.parametrize("field", ["is_active", "is_superuser"])
def test_nobody_takes_the_site_from_themselves(cast: Cast, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        account_update(actor=cast.sita, user=cast.sita, **{field: False})
    assert set(refused.value.message_dict) == {field}
    cast.sita.refresh_from_db()
    assert (cast.sita.is_active, cast.sita.is_superuser) == (True, True)


def test_what_is_no_change_leaves_no_event(cast: Cast) -> None:
    account_update(actor=cast.sita, user=cast.lena, is_active=True, first_name="Lena")
    assert not AuditEvent.objects.exists()
    for wrong in ({"email": "no"}, {"password": "x"}):
        with pytest.raises(ValidationError):
            account_update(actor=cast.sita, user=cast.lena, **wrong)


def test_people_are_found(cast: Cast) -> None:
    User.objects.filter(pk=cast.lena.pk).update(email="l@example.org", is_active=False)
    assert [user.username for user in accounts_found(words="EXAMPLE.org")] == ["lena"]
    assert [user.username for user in accounts_found(words="lu")] == ["luis"]
    assert [user.username for user in accounts_found(standing="suspended")] == ["lena"]
    assert accounts_found(words="\0").count() == 7
