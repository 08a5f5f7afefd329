"""Who may enter, and what an address says that only a form posts to."""

import pytest
from django.test import Client

from tests.annotation.work import claim, demonstration_task
from tests.test_outsider import ROUTES, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def submit(cast):
    demonstration_task(cast.project)
    return f"/p/everyday/work/{claim(cast.lena, cast.project).public_id}/submit/"


@pytest.fixture
def lena(cast):
    client = Client()
    client.force_login(cast.lena)
    return client


def test_a_get_of_an_action_goes_to_its_page_and_says_so(lena, submit):
    page = lena.get(submit, follow=True)
    assert page.redirect_chain == [(submit.removesuffix("submit/"), 302)]
    assert b"That did not go through: please try again." in page.content


def test_a_get_of_an_action_checks_access(cast, client, submit):
    for person, status in ((cast.otto, 404), (cast.rosa, 403)):
        client.force_login(person)
        assert client.get(submit).status_code == status
    client.logout()
    assert client.get(submit).headers["Location"].startswith("/sign-in/")


def test_other_methods_are_refused(lena, submit):
    answer = lena.put(submit)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_no_page_of_a_project_answers_a_get_with_405(cast):
    """After a sign-in, or by Back, any address can come as a GET."""
    client = Client()
    client.force_login(cast.sita)
    pages = [route for route in ROUTES if not route.startswith("api/")]
    assert len(pages) > 20
    for route in pages:
        assert client.get(address(route)).status_code in (200, 302, 403, 404), route


def test_a_form_without_its_token_is_told_what_to_do(cast, submit):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lena)
    answer = client.post(submit, {"text": "One"})
    assert answer.status_code == 403
    assert b"reload the page and try again" in answer.content
    assert b"kept in this browser" in answer.content


def test_options_tells_nothing_of_the_api(cast, lena):
    outsider = Client()
    outsider.force_login(cast.otto)
    for route in (route for route in ROUTES if route.startswith("api/")):
        for client in (lena, outsider):
            answer = client.options(address(route))
            assert answer.status_code in (403, 404, 405), route
            assert b"parses" not in answer.content
