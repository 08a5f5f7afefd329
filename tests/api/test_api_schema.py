"""The schema names what each operation may refuse, and refusals look as it says."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # drf-spectacular brings it
import pytest
from django.core.management import call_command
from django.urls import resolve
from rest_framework.test import APIClient

from annotation.api.base import PersonThrottle
from annotation.models import ImportBatch
from tests.annotation.work import prompt_make, ranking_task
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

HERE = "/api/projects/everyday/"
WRITES = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As drf-spectacular writes it, which fails for a warning and for what is no OpenAPI."""
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    options = ("--fail-on-warn", "--validate", "--format", "openapi-json", "--file", str(path))
    call_command("spectacular", *options)
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_operations_are_there(schema: dict[str, Any]) -> None:
    names = {operation["operationId"] for _, _, operation in operations(schema)}
    assert {"tasks_claim", "rounds_start", "exports_retrieve", "imports_upload"} <= names


def test_each_operation_lists_what_it_refuses_with(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        said, where = set(operation["responses"]), f"{method} {path}"
        assert {"401", "429"} <= said, where
        if path.startswith("/api/projects/{slug}/"):
            assert {"403", "404"} <= said, where
        else:
            assert "404" not in said, where
        if method in WRITES:
            # A key is no session: at its door no CSRF token can be missing.
            assert {"400"} | (set() if path == "/api/intake/" else {"403"}) <= said, where
        assert ({"411", "413", "415"} <= said) == ("requestBody" in operation), where
        for status in said & {"400", "401", "403", "404", "411", "413", "415", "429"}:
            assert operation["responses"][status]["description"], where


def test_reads_list_400_where_their_query_can_be_wrong(schema: dict[str, Any]) -> None:
    wrong = {
        operation["operationId"]
        for _, method, operation in operations(schema)
        if method == "get" and "400" in operation["responses"]
    }
    assert wrong == {
        "events_list",
        "site_events_list",
        "exports_retrieve",
        "prompt_findings_list",
        "prompts_list",
        "reviews_list",
    }


def assert_refused(schema: dict[str, Any], response: Any, status: int) -> None:
    """The answer is one that the schema lists for its operation, and has the form listed."""
    assert response.status_code == status
    request = response.request
    route = "/" + resolve(request["PATH_INFO"]).route
    for kind in ("slug", "int", "uuid", "str"):
        route = route.replace(f"<{kind}:", "{")
    operation = schema["paths"][route.replace(">", "}")][request["REQUEST_METHOD"].lower()]
    listed = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    jsonschema.validate(response.json(), {**listed, "components": schema["components"]})


def test_refusals_look_as_the_schema_says(
    schema: dict[str, Any], cast: Any, as_: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    ada, otto, lena = as_(cast.ada), as_(cast.otto), as_(cast.lena)
    prompts, batch = f"{HERE}prompts/", ImportBatch.objects.create(project=cast.project)
    prompt = prompt_make(cast.project)
    ranking_task(cast.project)
    work = lena.post(f"{HERE}tasks/claim/", {}, format="json").json()
    message = {"role": "user", "content": "Hi"}
    bodies: tuple[Any, ...] = (
        {},
        {"messages": [{"role": "tool"}, message]},
        {"messages": [message], "mood": 1},
        {"messages": 3},
        [],
    )
    for body in bodies:
        assert_refused(schema, ada.post(prompts, body, format="json"), 400)
    task = {"kind": "ranking", "prompt": prompt.pk, "completions": [0, "x"]}
    assert_refused(schema, ada.post(f"{HERE}tasks/", task, format="json"), 400)
    judged = {"judgments": [{"rank": 0}, {"rank": 1}]}
    submit = f"{HERE}assignments/{work['id']}/submit/"
    assert_refused(schema, lena.post(submit, judged, format="json"), 400)
    assert_refused(schema, ada.post(prompts, "{", content_type="application/json"), 400)
    assert_refused(schema, ada.patch(HERE, {"rubric": {}}, format="json"), 400)
    assert_refused(schema, ada.get(f"{HERE}exports/kwise/", {"split": "all"}), 400)
    assert_refused(schema, ada.get(f"{HERE}exports/tea/"), 400)
    assert_refused(schema, ada.post(f"{HERE}imports/", {}, format="multipart"), 400)
    assert_refused(schema, APIClient().get(HERE), 401)
    assert_refused(schema, lena.post(prompts, {}, format="json"), 403)
    assert_refused(schema, lena.post("/api/projects/", {"name": "X"}, format="json"), 403)
    assert_refused(schema, otto.get(f"{HERE}imports/{batch.pk}/"), 404)
    assert_refused(schema, ada.get(f"{HERE}imports/{batch.pk + 1}/"), 404)
    assert_refused(schema, ada.post(prompts, "x", content_type="text/plain"), 415)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    long = {"messages": [{"role": "user", "content": "x" * 100}]}
    assert_refused(schema, ada.post(prompts, long, format="json"), 413)
    assert_refused(schema, APIClient().post("/api/token/", {"username": "x" * 100}, "json"), 413)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    session = APIClient(enforce_csrf_checks=True)
    assert session.login(username="ada", password=PASSWORD)
    assert_refused(schema, session.patch(HERE, {"name": "X"}, format="json"), 403)
    monkeypatch.setattr(PersonThrottle, "rate", "1/minute")
    codes = [as_(cast.rosa).get(HERE) for _ in range(2)]
    assert_refused(schema, codes[1], 429)
