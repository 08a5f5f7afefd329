"""The one door of the API that is open to a key, and to nothing else."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from annotation.api.intake import KeyThrottle
from annotation.models import IntakeKey, Prompt
from annotation.pool.intake import key_create, key_revoke, notice_publish
from tests.cast import Cast

pytestmark = pytest.mark.django_db
HERE = "/api/intake/"
BODY = {
    "messages": [{"role": "user", "content": "Name a lake."}],
    "notice_version": 1,
    "contributor": "user-17",
}


@pytest.fixture
def secret(cast: Cast) -> str:
    cache.clear()
    notice_publish(actor=cast.ada, project=cast.project, text="People read this.")
    return key_create(actor=cast.ada, project=cast.project, name="Web", daily_cap=2)[1]


def send(secret: str, body: Any = BODY) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().post(HERE, body, "application/json", headers=headers)


def test_a_prompt_is_sent_with_the_notice_accepted(cast: Cast, secret: str) -> None:
    told = Client().get(HERE, headers={"Authorization": f"Bearer {secret}"})
    assert told.json() == {"version": 1, "text": "People read this."}
    assert "Access-Control-Allow-Origin" not in told.headers
    answer = send(secret)
    assert answer.status_code == 202
    prompt = Prompt.objects.get()
    assert answer.json() == {"id": prompt.pk}
    assert (prompt.project, prompt.state) == (cast.project, "unreviewed")
    stale = send(secret, {**BODY, "notice_version": 7})
    assert (stale.status_code, list(stale.json())) == (400, ["notice_version"])
    assert send(secret, {**BODY, "source": "labeler"}).status_code == 400
    assert send(secret, {**BODY, "contributor": "another"}).status_code == 202
    over = send(secret)
    assert over.status_code == 429
    assert int(over.headers["Retry-After"]) > 0


def test_nobody_else_is_let_in(cast: Cast, secret: str) -> None:
    key = IntakeKey.objects.get()
    for wrong in ("", "x", "pl_in_x", secret + "x", key.hash, "\xff"):
        assert send(wrong).status_code == 401
    assert Client().post(HERE, BODY, "application/json").status_code == 401
    signed_in = Client()
    signed_in.force_login(cast.sita)  # the site admin's session is no key
    assert signed_in.get(HERE).status_code == 401
    key_revoke(actor=cast.ada, key=key)
    assert send(secret).status_code == 401
    assert not Prompt.objects.exists()


def test_a_key_opens_nothing_else(cast: Cast, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}"}
    for path in ("", "prompts/", "prompt-findings/", "exports/kwise/"):
        answer = Client().get(f"/api/projects/everyday/{path}", headers=headers)
        assert answer.status_code in (401, 403), path


def test_a_loop_gone_wild_is_stopped(
    cast: Cast, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyThrottle, "rate", "1/minute")
    assert send(secret).status_code == 202
    assert send(secret).status_code == 429
