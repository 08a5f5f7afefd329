"""The site speaks to each in a language of theirs: the user's, the browser's choice, or its own."""

import pytest
from django.test import Client
from django.urls import reverse

from annotation.models import User
from tests.cast import Cast

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9"}


def sign_in_page(client: Client, **headers: str) -> str:
    response = client.get("/sign-in/", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def home_of(user: User, **headers: str) -> str:
    client = Client(headers=headers)
    client.force_login(user)
    return client.get("/").content.decode()


def choose(client: Client, language: str, page: str = "/sign-in/") -> None:
    address = f"http://testserver{page}"
    response = client.post("/language/", {"language": language}, headers={"Referer": address})
    assert response.status_code == 302
    assert response.headers["Location"] == address


def test_a_stranger_is_spoken_to_as_the_browser_asks(client: Client) -> None:
    assert '<html lang="en">' in sign_in_page(client)
    german = sign_in_page(client, **GERMAN)
    assert '<html lang="de">' in german
    assert "Anmelden" in german
    assert "Sign in" not in german
    assert '<html lang="en">' in sign_in_page(client, **{"Accept-Language": "fi"})


def test_scripts_find_a_catalog_unless_the_page_is_in_english(client: Client) -> None:
    assert "js/catalogs/de.js" in sign_in_page(client, **GERMAN)
    assert "js/catalogs/" not in sign_in_page(client)


def test_a_strangers_choice_is_kept_in_this_browser(client: Client) -> None:
    choose(client, "de")
    assert "Anmelden" in sign_in_page(client)
    choose(client, "en")
    assert "Sign in" in sign_in_page(client, **GERMAN)
    choose(client, "")
    assert "Anmelden" in sign_in_page(client, **GERMAN)


def test_a_users_choice_goes_with_the_user(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lena)
    choose(client, "de", "/")
    assert User.objects.get(pk=cast.lena.pk).language == "de"
    assert '<html lang="de">' in home_of(cast.lena)
    assert '<html lang="en">' in home_of(cast.luis)
    client.post("/sign-out/")
    assert "Anmelden" in sign_in_page(client)


def test_a_users_choice_comes_before_the_browsers(cast: Cast) -> None:
    User.objects.filter(pk=cast.lena.pk).update(language="en")
    assert '<html lang="en">' in home_of(cast.lena, **GERMAN)


def test_a_language_that_the_site_has_no_more_is_no_choice(cast: Cast) -> None:
    User.objects.filter(pk=cast.lena.pk).update(language="tlh")
    assert '<html lang="de">' in home_of(cast.lena, **GERMAN)


def test_an_outsider_may_choose_and_changes_nobody_else(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.otto)
    choose(client, "de", reverse("project", args=["everyday"]))
    page = client.get(reverse("project", args=["everyday"]))
    assert page.status_code == 404
    assert '<html lang="de">' in page.content.decode()
    assert set(User.objects.exclude(pk=cast.otto.pk).values_list("language", flat=True)) == {""}


def test_an_unknown_language_is_refused_in_words(client: Client) -> None:
    response = client.post("/language/", {"language": "tlh"})
    assert response.status_code == 400
    assert "choose one of: en, de" in response.content.decode()


def test_a_choice_leads_nowhere_else(client: Client) -> None:
    elsewhere = {"Referer": "https://elsewhere.test/"}
    response = client.post("/language/", {"language": "de"}, headers=elsewhere)
    assert response.headers["Location"] == "/"


def test_a_choice_that_is_asked_for_by_get_is_none(client: Client) -> None:
    assert client.get("/language/?language=de").status_code == 302
    assert "Sign in" in sign_in_page(client)
