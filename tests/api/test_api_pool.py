"""Findings, scans, the mix and the rules through the API."""

import pytest
from django.test import Client

from annotation.models import Prompt, PromptFinding, PromptJob
from tests.annotation.pool import scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = pytest.mark.django_db
HERE = "/api/projects/everyday"


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def test_findings_are_listed_and_decided(cast: Cast) -> None:
    prompt = prompt_make(cast.project, "I am a@mail.org.")
    scanned(cast.project)
    client = client_of(cast.ada)
    found = client.get(f"{HERE}/prompt-findings/?kind=pii").json()["results"]
    assert [(one["prompt"], one["what"], one["start"], one["end"]) for one in found] == [
        (prompt.pk, "email", 5, 15)
    ]
    body = {"findings": [found[0]["id"]], "decision": "redact"}
    answer = client.post(f"{HERE}/prompt-findings/decide/", body, "application/json")
    assert answer.json() == {"decided": 1}
    assert Prompt.objects.get(replaces=prompt).messages[0]["content"] == "I am [EMAIL]."
    assert client.get(f"{HERE}/prompt-findings/").json()["results"] == []
    states = client.get(f"{HERE}/prompt-findings/?state=redacted").json()["results"]
    assert [one["state"] for one in states] == ["redacted"]
    assert client.get(f"{HERE}/prompt-findings/?state=burnt").status_code == 400
    wrong = {"findings": [1], "decision": "burn"}
    answer = client.post(f"{HERE}/prompt-findings/decide/", wrong, "application/json")
    assert list(answer.json()) == ["decision"]
    assert client_of(cast.rosa).get(f"{HERE}/prompt-findings/").status_code == 403
    assert PromptFinding.objects.count() == 1


def test_scans_mix_and_rules(cast: Cast) -> None:
    prompt_make(cast.project, use_case="chat")
    client = client_of(cast.ada)
    answer = client.post(f"{HERE}/prompt-jobs/", {"again": True}, "application/json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert PromptJob.objects.get().spec == {"again": True}
    assert len(client.get(f"{HERE}/prompt-jobs/").json()["results"]) == 1
    mix = client_of(cast.rosa).get(f"{HERE}/prompt-mix/").json()
    assert mix["total"] == 1
    rows = {row["use_case"]: row for row in mix["rows"]}
    assert (rows["chat"]["share"], rows["generation"]["wanted"]) == (100, 45.6)
    rules = client_of(cast.rosa).get(f"{HERE}/prompt-rules/").json()
    assert rules["contributor_cap"] == 200
    change = {"contributor_cap": 5, "languages": "en-GB"}
    assert (
        client_of(cast.rosa).patch(f"{HERE}/prompt-rules/", change, "application/json").status_code
        == 403
    )
    changed = client.patch(f"{HERE}/prompt-rules/", change, "application/json").json()
    assert (changed["contributor_cap"], changed["languages"]) == (5, "en")
    refused = client.patch(f"{HERE}/prompt-rules/", {"near_percent": 10}, "application/json")
    assert list(refused.json()) == ["near_percent"]
