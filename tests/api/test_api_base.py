"""Signing in, the schema and its page, limits."""

from io import BytesIO

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from annotation.api.base import PersonThrottle
from annotation.api.parsers import BoundedJSONParser, TooLargeError
from annotation.models import Prompt
from annotation.people.throttle import AddressThrottle
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def test_a_token_for_a_password(cast):
    client = APIClient()
    said = client.post("/api/token/", {"username": "lena", "password": PASSWORD})
    assert said.status_code == 200
    client.credentials(HTTP_AUTHORIZATION=f"Token {said.json()['token']}")
    assert client.get("/api/projects/everyday/").status_code == 200
    wrong = APIClient().post("/api/token/", {"username": "lena", "password": "guess"})
    assert wrong.status_code == 400


def test_passwords_cannot_be_guessed_at_speed(cast):
    client = APIClient()
    guess = {"username": "lena", "password": "guess"}
    codes = [client.post("/api/token/", guess).status_code for _ in range(21)]
    assert codes == [400] * 20 + [429]


def test_an_invented_address_counts_as_the_same_one(cast):
    guess = {"username": "lena", "password": "guess"}
    codes = [
        APIClient().post("/api/token/", guess, HTTP_X_FORWARDED_FOR=f"1.2.3.{n}").status_code
        for n in range(21)
    ]
    assert codes == [400] * 20 + [429]


def test_the_page_and_the_token_share_one_count(cast, client):
    guess = {"username": "lena", "password": "guess"}
    for _ in range(10):
        assert client.post("/sign-in/", guess).status_code == 200
        assert APIClient().post("/api/token/", guess, format="json").status_code == 400
    assert APIClient().post("/api/token/", guess).status_code == 429
    right = {"username": " LENA", "password": PASSWORD}
    page = client.post("/sign-in/", right)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "60")
    assert b"Too many tries. Wait a minute" in page.content
    assert "_auth_user_id" not in client.session
    assert client.post("/sign-in/", {"username": "luis", "password": PASSWORD}).status_code == 302


def test_one_password_is_not_tried_on_everybody(cast, monkeypatch):
    monkeypatch.setattr(AddressThrottle, "most", 3)
    codes = [
        APIClient().post("/api/token/", {"username": f"name{n}", "password": "x"}).status_code
        for n in range(4)
    ]
    assert codes == [400, 400, 400, 429]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 61 + "1" + "}" * 61, '["username"]'])
def test_strange_bodies_are_400(cast, as_, body):
    for path in ("/api/token/", "/api/projects/everyday/prompts/"):
        said = as_(cast.ada).post(path, body, content_type="application/json")
        assert said.status_code == 400


def test_a_body_read_as_a_stream_is_bounded(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert BoundedJSONParser().parse(BytesIO(b'"%s"' % (b"x" * 98))) == "x" * 98
    with pytest.raises(TooLargeError, match="longer than 100 bytes"):
        BoundedJSONParser().parse(BytesIO(b'"%s"' % (b"x" * 99)))


def test_a_session_works_and_its_writes_need_the_csrf_token(cast):
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(username="ada", password=PASSWORD)
    assert client.get("/api/projects/everyday/").status_code == 200
    refused = client.patch("/api/projects/everyday/", {"name": "X"}, format="json")
    assert refused.status_code == 403


def test_strangers_get_401(cast):
    assert APIClient().get("/api/projects/").status_code == 401
    assert APIClient(HTTP_AUTHORIZATION="Token made-up").get("/api/projects/").status_code == 401


def test_a_loop_gone_wild_is_stopped(cast, as_, monkeypatch):
    monkeypatch.setattr(PersonThrottle, "rate", "3/minute")
    client = as_(cast.ada)
    codes = [client.get("/api/projects/").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_the_schema_and_its_page_are_served_to_members(cast, as_):
    client = as_(cast.lena)
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert b"swagger-ui" in page.content
    # Everything the page loads is our own, and no policy stands in its inline script's way.
    assert b"//cdn" not in page.content
    assert "Content-Security-Policy" not in page.headers


def test_a_long_list_comes_in_pages(cast, as_):
    client = as_(cast.ada)
    for number in range(3):
        messages = [{"role": "user", "content": f"{number}"}]
        client.post("/api/projects/everyday/prompts/", {"messages": messages}, format="json")
    page = client.get("/api/projects/everyday/prompts/", {"limit": 2}).json()
    assert (page["count"], len(page["results"])) == (3, 2)
    rest = client.get(page["next"]).json()
    assert [row["messages"][0]["content"] for row in rest["results"]] == ["2"]
    huge = client.get("/api/projects/everyday/prompts/", {"limit": 1_000_000}).json()
    assert len(huge["results"]) == 3


@pytest.mark.parametrize("limit", ["9" * 30, "1000000", "501"])
def test_a_page_has_an_end(cast, as_, limit):
    Prompt.objects.bulk_create(
        Prompt(
            project=cast.project,
            messages=[{"role": "user", "content": str(number)}],
            content_hash=str(number),
        )
        for number in range(501)
    )
    page = as_(cast.ada).get(f"/api/projects/everyday/prompts/?limit={limit}")
    assert page.status_code == 200
    assert (page.json()["count"], len(page.json()["results"])) == (501, 500)


def test_half_a_surrogate_pair_is_refused_in_words(cast, as_):
    """Half a pair cannot even be quoted in the answer."""
    client = as_(cast.lena)
    for body in (r'{"\ud800": 1}', r'{"kind": "\udfff"}'):
        refused = client.post(
            "/api/projects/everyday/tasks/claim/", body, content_type="application/json"
        )
        assert refused.status_code == 400
        assert "surrogate" in refused.json()["detail"]


@pytest.mark.parametrize("address", ["/api/projects/everyday/tasks/claim/", "/api/token/"])
def test_a_chunked_body_is_refused_and_not_taken_for_an_empty_one(cast, as_, address):
    refused = as_(cast.lena).post(
        address, '{"kind": "x"}', content_type="application/json", HTTP_TRANSFER_ENCODING="chunked"
    )
    assert refused.status_code == 411
    assert "Content-Length" in refused.json()["detail"]
