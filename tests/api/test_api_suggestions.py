"""Texts to start from, through the API."""

import json
import logging

import pytest
from rest_framework.test import APIClient

from annotation.models import Demonstration, Task, User
from annotation.people.projects import project_update
from annotation.prompts import answers
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from tests.annotation.work import claimed, prompt_make
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No provider, and one name for all that is stored."""
    monkeypatch.setattr(answers, "_finds", [])
    monkeypatch.setattr(answers, "_names", [lambda _: "secret-model"])


@pytest.fixture
def url(cast: Cast) -> str:
    project_update(actor=cast.ada, project=cast.project, suggestions="blind")
    prompt = prompt_make(cast.project)
    completion_create(prompt=prompt, text="Boil the water first")
    task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    return f"/api/projects/everyday/assignments/{claimed(cast.lena, cast.project).public_id}/"


def as_user(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_text_is_asked_for_named_and_measured(cast: Cast, url: str) -> None:
    lena = as_user(cast.lena)
    assert lena.get(url).json()["suggestions_offered"] is True
    assert lena.get(f"{url}suggestions/").json() == []
    given = {"number": 1, "text": "Boil the water first", "origin": None}
    assert lena.post(f"{url}suggestions/").json() == given
    assert lena.get(f"{url}suggestions/").json() == [given]
    said = {"text": "Boil the milk", "suggestion": 1}
    assert lena.post(f"{url}submit/", {**said, "suggestion": 2}, format="json").status_code == 400
    assert lena.post(f"{url}submit/", said, format="json").status_code == 200
    assert Demonstration.objects.get().kept == pytest.approx(2 / 3)
    revisions = lena.get(f"{url}revisions/").json()
    assert [each["suggestion"] for each in revisions] == [1]
    revised = lena.post(f"{url}revisions/", {"base": 1, "text": "Boil it"}, format="json").json()
    assert (revised["revision"], revised["suggestion"]) == (2, 1)
    assert Demonstration.objects.get(is_current=True).kept == pytest.approx(1 / 2)


def test_that_there_is_no_other_text_is_no_failure(
    cast: Cast, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    lena = as_user(cast.lena)
    assert lena.post(f"{url}suggestions/").status_code == 200
    none = lena.post(f"{url}suggestions/")
    words = {"non_field_errors": ["There is no other text to start from."]}
    assert (none.status_code, none.json()) == (409, words)
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_model_that_fails_is_a_failure(
    cast: Cast, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(messages: object, wanted: int) -> list[tuple[str, str]]:
        raise OSError("no model")

    monkeypatch.setattr(answers, "_finds", [lambda _: fails])
    lena = as_user(cast.lena)
    assert lena.post(f"{url}suggestions/").status_code == 200  # the one that is stored
    failed = lena.post(f"{url}suggestions/")
    assert failed.status_code == 503
    assert "failed to answer" in failed.json()["non_field_errors"][0]


def test_what_wrote_it_is_told_where_the_project_says_so(cast: Cast, url: str) -> None:
    project_update(actor=cast.ada, project=cast.project, suggestions="named")
    assert as_user(cast.lena).post(f"{url}suggestions/").json()["origin"] == "secret-model"


def test_only_who_holds_the_task_asks(cast: Cast, url: str) -> None:
    assert as_user(cast.luis).post(f"{url}suggestions/").status_code == 404
    assert as_user(cast.otto).post(f"{url}suggestions/").status_code == 404


def test_where_none_is_offered_asking_is_refused(cast: Cast, url: str) -> None:
    ada = as_user(cast.ada)
    change = ada.patch("/api/projects/everyday/", {"suggestions": "never"}, format="json")
    assert change.json()["suggestions"] == "never"
    lena = as_user(cast.lena)
    assert lena.get(url).json()["suggestions_offered"] is False
    assert lena.post(f"{url}suggestions/").status_code == 400


def test_the_export_says_what_was_begun_from_and_leaves_out_what_keeps_too_much(
    cast: Cast, url: str
) -> None:
    lena, rosa = as_user(cast.lena), as_user(cast.rosa)
    lena.post(f"{url}suggestions/")
    lena.post(f"{url}submit/", {"text": "Boil the milk", "suggestion": 1}, format="json")

    def exported(**query: float) -> list[dict[str, object]]:
        answer = rosa.get("/api/projects/everyday/exports/demonstrations/", query)
        return [json.loads(line) for line in b"".join(answer).splitlines()]

    (line,) = exported()
    assert (line["completion"], line["suggestion"]) == ("Boil the milk", "Boil the water first")
    assert (line["suggestion_origin"], line["kept"]) == ("secret-model", pytest.approx(2 / 3))
    assert len(exported(kept_most=0.7)) == 1
    assert exported(kept_most=0.6) == []
