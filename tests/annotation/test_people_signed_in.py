"""A session lasts until it ends, runs out, or its person may no longer enter."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def sign_in(person):
    browser = Client()
    browser.force_login(person)
    return browser


def signed_in(client):
    return client.get("/").status_code == 200


def test_two_people_are_told_apart_by_their_sessions(cast, client):
    lena, luis = sign_in(cast.lena), sign_in(cast.luis)
    for browser, name in ((lena, "lena"), (luis, "luis"), (lena, "lena")):
        assert browser.get("/").context["user"].username == name
    assert not signed_in(client)


def test_a_session_that_ended_or_ran_out_opens_nothing(cast):
    browser = sign_in(cast.lena)
    assert signed_in(browser)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not signed_in(browser)
    browser = sign_in(cast.lena)
    kept = dict(browser.cookies.items())
    browser.post("/sign-out/")
    for name, cookie in kept.items():
        browser.cookies[name] = cookie.value
    assert not signed_in(browser)


def test_who_was_made_inactive_or_has_another_password_is_out(cast):
    browser = sign_in(cast.lena)
    cast.lena.is_active = False
    cast.lena.save()
    assert not signed_in(browser)
    cast.lena.is_active = True
    cast.lena.set_password("another one of hers")
    cast.lena.save()
    assert not signed_in(browser)


@pytest.mark.parametrize("key", ["", "x", "' OR 1=1 --", "a" * 32, "\x00" * 8])
def test_a_made_up_key_opens_nothing(client, settings, key):
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not signed_in(client)
