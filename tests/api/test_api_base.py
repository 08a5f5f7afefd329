"""Signing in, the schema and its page, limits."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from rest_framework.test import APIClient

from annotation.api.base import PersonThrottle
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


def test_the_schema_has_no_warnings(tmp_path):
    path = tmp_path / "schema.yml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(path))
    schema = path.read_text()
    for operation in ("tasks_claim", "rounds_start", "exports_retrieve", "imports_upload"):
        assert f"operationId: {operation}" in schema


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
