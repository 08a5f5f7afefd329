"""The pages of imports and exports."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotation.exchange.imports import batch_run
from annotation.feedback.demonstrations import demonstration_record
from annotation.models import ImportBatch, Prompt, Source
from annotation.prompts.prompts import prompt_create
from tests.annotation.test_people_project_views import check_access, sign_in
from tests.cast import Cast

GOOD = [
    {"prompt": "Name a colour.", "completion": "Blue <b>of course</b>."},
    {"prompt": "Name a city.", "completion": "Lisbon."},
]
BAD = {"question": "?"}


def upload(client: Client, *records: dict[str, Any], name: str = "a.jsonl") -> ImportBatch:
    """Upload a file as the page does, and return its batch."""
    text = "\n".join(json.dumps(record) for record in records)
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post("/p/everyday/imports/", {"file": file, "kind": "auto"})
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.get(pk=answer["Location"].strip("/").split("/")[-1])


def page_of(client: Client, batch: ImportBatch, **headers: str) -> str:
    answer = client.get(f"/p/everyday/imports/{batch.pk}/", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def start(client: Client, batch: ImportBatch, lines: str = "all") -> None:
    """Start it, and work as the worker would."""
    url = f"/p/everyday/imports/{batch.pk}/start/"
    assert client.post(url, {"lines": lines}).status_code == 302
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()


def test_imports_it_works(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    assert "Nothing has been imported yet" in client.get("/p/everyday/imports/").content.decode()
    batch = upload(client, *GOOD)
    assert (batch.state, batch.project, batch.created_by) == ("preview", cast.project, cast.ada)
    assert "a.jsonl" in client.get("/p/everyday/imports/").content.decode()


def test_imports_refuses_what_is_no_data(client: Client, cast: Cast) -> None:
    file = SimpleUploadedFile("cat.png", b"\x89PNG....")
    answer = sign_in(client, cast.ada).post("/p/everyday/imports/", {"file": file, "kind": "auto"})
    assert "is not JSON lines, CSV or Parquet" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_imports_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/imports/")
    file = SimpleUploadedFile("a.jsonl", b"{}")
    assert client.post("/p/everyday/imports/", {"file": file, "kind": "auto"}).status_code == 403
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "pré,c\na,b\n".encode("latin-1")), ("a.jsonl", rb'{"\ud800": 1, "a\u0000": 2}')],
)
def test_import_shows_reasons_that_quote_broken_text(
    client: Client, cast: Cast, name: str, content: bytes
) -> None:
    file = SimpleUploadedFile(name, content)
    sign_in(client, cast.ada).post("/p/everyday/imports/", {"file": file, "kind": "auto"})
    batch = ImportBatch.objects.get()
    assert "cannot be taken" in page_of(client, batch)
    start(client, batch)
    assert batch.state == "failed"
    page_of(client, batch)


def test_import_it_works(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    batch = upload(client, *GOOD)
    page = page_of(client, batch)
    assert "Name a colour." in page
    assert "<b>of course</b>" not in page
    assert "Blue &lt;b&gt;of course&lt;/b&gt;." in page
    assert not Prompt.objects.exists()
    start(client, batch)
    page = page_of(client, batch)
    assert "The records are part of the project" in page
    assert Prompt.objects.filter(project=cast.project).visible().count() == 2


def test_import_shows_bad_lines_and_imports_the_good_ones(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    batch = upload(client, GOOD[0], BAD, GOOD[1])
    page = page_of(client, batch)
    assert "Line 2." in page
    assert "No known form" in page
    start(client, batch, lines="good")
    page = page_of(client, batch)
    assert batch.state == "visible"
    assert "1 bad line, left out" in page
    assert Prompt.objects.count() == 2


def test_import_fails_as_a_whole_and_can_be_repeated(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    batch = upload(client, GOOD[0], BAD)
    start(client, batch)
    assert batch.state == "failed"
    page = page_of(client, batch)
    assert "Nothing was imported" in page
    assert "Import the good lines" in page
    assert not Prompt.objects.exists()
    answer = client.post(f"/p/everyday/imports/{batch.pk}/repeat/")
    repeated = ImportBatch.objects.exclude(pk=batch.pk).get()
    assert answer["Location"] == f"/p/everyday/imports/{repeated.pk}/"
    assert repeated.good_lines_only
    batch_run(batch_id=repeated.pk)
    assert Prompt.objects.visible().count() == 1


def test_import_that_failed_shows_notes_as_a_finished_one_does(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    few = {"prompt": "Name a fruit.", "completions": ["Fig."], "mood": "good"}
    notes = ("field `mood` is not read here", "1 different answer where ranking needs 4: no task")
    failed = upload(client, few, BAD)
    start(client, failed)
    assert failed.state == "failed"
    page = page_of(client, failed)
    assert "2 notes on what would have been merged or left out" in page
    assert "No known form" in page
    assert all(note in page for note in notes)
    done = upload(client, few)
    start(client, done)
    page = page_of(client, done)
    assert "2 notes on what was merged or left out" in page
    assert all(note in page for note in notes)


def test_import_answers_htmx_with_what_changes(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    batch = upload(client, *GOOD)
    client.post(f"/p/everyday/imports/{batch.pk}/start/", {"lines": "all"})
    part = page_of(client, batch, hx_request="true")
    assert part.lstrip().startswith('<div id="import-state" hx-get=')
    batch_run(batch_id=batch.pk)
    assert "hx-get" not in page_of(client, batch, hx_request="true")


def test_import_cancel_it_works(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    batch = upload(client, *GOOD)
    client.post(f"/p/everyday/imports/{batch.pk}/cancel/")
    assert "Cancelled; nothing was imported" in page_of(client, batch)
    client.post(f"/p/everyday/imports/{batch.pk}/start/", {"lines": "all"})
    batch.refresh_from_db()
    assert batch.state == "cancelled"


@pytest.mark.parametrize("verb", ["", "start/", "cancel/", "repeat/"])
def test_import_it_checks_access(client: Client, cast: Cast, verb: str) -> None:
    batch = upload(sign_in(client, cast.ada), *GOOD)
    url = f"/p/everyday/imports/{batch.pk}/{verb}"
    if not verb:
        check_access(client, cast, url)
    for refused, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404)):
        assert sign_in(client, refused).post(url, {"lines": "all"}).status_code == status
    # In another project the batch does not exist.
    assert client.post(url.replace("everyday", "elsewhere")).status_code == 404
    batch.refresh_from_db()
    assert batch.state == "preview"


def test_exports_it_works(client: Client, cast: Cast) -> None:
    page = sign_in(client, cast.rosa).get("/p/everyday/exports/").content.decode()
    assert page.count("Download</a>") == 7


def test_exports_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/exports/")


def test_export_it_works(client: Client, cast: Cast) -> None:
    ask = [{"role": "user", "content": "Name a colour."}]
    prompt, _ = prompt_create(project=cast.project, messages=ask)
    demonstration_record(prompt=prompt, text="Blü.", source=Source.IMPORT)
    answer = sign_in(client, cast.rosa).get("/p/everyday/exports/openai-chat/")
    assert answer["Content-Disposition"].startswith('attachment; filename="everyday-openai-chat-')
    (line,) = answer.getvalue().decode().splitlines()
    assert json.loads(line) == {"messages": [*ask, {"role": "assistant", "content": "Blü."}]}


@pytest.mark.parametrize(
    "form", ["trl-prompt-completion", "demonstrations", "trl-preference", "kwise", "rankings"]
)
def test_export_of_nothing_is_an_empty_file(client: Client, cast: Cast, form: str) -> None:
    answer = sign_in(client, cast.ada).get(f"/p/everyday/exports/{form}/")
    assert (answer.status_code, answer.getvalue()) == (200, b"")


def test_export_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/exports/kwise/")
    assert sign_in(client, cast.ada).get("/p/everyday/exports/pickle/").status_code == 404
