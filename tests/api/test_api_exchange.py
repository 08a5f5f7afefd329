"""Imports and exports over the API."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.exchange.running import batch_run
from annotation.feedback.demonstrations import demonstration_record
from annotation.feedback.rankings import ranking_record
from annotation.models import Demonstration, ImportBatch
from tests.annotation.work import completions_make, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/"
LINES = b"".join(
    json.dumps({"prompt": f"What is {n}?", "completion": f"A number: {n}."}).encode() + b"\n"
    for n in range(3)
)


def upload(client, content=LINES, name="demos.jsonl", **fields):
    file = SimpleUploadedFile(name, content)
    return client.post(f"{HERE}imports/", {"file": file, **fields}, format="multipart")


def test_upload_look_start_and_ask(cast, as_):
    client = as_(cast.ada)
    made = upload(client)
    assert made.status_code == 201
    lines = made.json()["preview"]["lines"]
    assert [line["becomes"] for line in lines] == [["a demonstration"]] * 3
    path = f"{HERE}imports/{made.json()['id']}/"
    started = client.post(f"{path}start/", {}, format="json")
    assert (started.status_code, started.json()["state"]) == (202, "staging")
    batch_run(batch_id=made.json()["id"])
    done = client.get(path).json()
    assert (done["state"], done["preview"], done["report"]["demonstrations"]) == (
        "visible",
        None,
        3,
    )
    assert Demonstration.objects.count() == 3
    assert client.post(f"{path}start/", {}, format="json").status_code == 400
    assert client.post(f"{path}cancel/").status_code == 400
    assert [row["id"] for row in client.get(f"{HERE}imports/").json()["results"]] == [done["id"]]


def test_bad_uploads_are_400(cast, as_):
    client = as_(cast.ada)
    assert list(upload(client, kind="magic").json()) == ["kind"]
    nothing = client.post(f"{HERE}imports/", {}, format="multipart")
    assert (nothing.status_code, list(nothing.json())) == (400, ["file"])
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 61 + "1" + "}" * 61, "[]", '"x"', "{"])
def test_an_upload_that_is_json_is_400(cast, as_, body):
    said = as_(cast.ada).post(f"{HERE}imports/", body, content_type="application/json")
    assert said.status_code == 400


def test_cancel_before_the_start(cast, as_):
    client = as_(cast.ada)
    made = upload(client).json()
    assert client.post(f"{HERE}imports/{made['id']}/cancel/").json()["state"] == "cancelled"


def test_another_projects_import_is_404(cast, as_):
    batch = ImportBatch.objects.create(project=cast.other, filename="f")
    for path, method in (("", "get"), ("start/", "post"), ("cancel/", "post")):
        said = getattr(as_(cast.ada), method)(f"{HERE}imports/{batch.pk}/{path}")
        assert said.status_code == 404


def exported(client, form, **query):
    response = client.get(f"{HERE}exports/{form}/", query)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def test_every_form_is_exported(cast, as_):
    train = prompt_make(cast.project, "One?", split="train")
    valid = prompt_make(cast.project, "Two?", split="valid")
    demonstration_record(prompt=train, text="Yes.")
    demonstration_record(prompt=valid, text="No.")
    ranking_record(
        project=cast.project,
        prompt=train,
        completions=completions_make(train, 3),
        ranks=[2, 1, 1],
        source="import",
    )
    client = as_(cast.rosa)
    (kwise,) = exported(client, "kwise")
    assert "Answer 0." in json.dumps(kwise)
    assert len(exported(client, "trl-preference")) == 2
    assert len(exported(client, "trl-prompt-completion")) == 2
    assert len(exported(client, "openai-chat", split="valid")) == 1
    assert len(exported(client, "openai-chat", split=["valid", "train"])) == 2


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ("parquet", {}),
        ("kwise", {"split": "all"}),
        ("kwise", {"until": "yesterday"}),
        ("kwise", {"colour": "red"}),
    ],
)
def test_bad_exports_are_400(cast, as_, form, query):
    said = as_(cast.ada).get(f"{HERE}exports/{form}/", query)
    assert said.status_code == 400
    assert said.headers["Content-Type"] == "application/json"
