"""An admin imports a file: upload, preview, start, report."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.exchange.imports import batch_run
from annotation.models import Demonstration, ImportBatch, Task, User
from annotation.people.rubric import default_rubric
from tests.cast import Cast

SignIn = Callable[[User], Page]
ANSWERS = [{"model": f"m{i}", "text": f"Answer {i} in *italics*."} for i in range(5)]


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records))
    return path


def upload(page: Page, live_server: LiveServer, path: Path) -> None:
    page.goto(f"{live_server.url}/p/everyday/imports/")
    page.get_by_label("Drop a file here").set_input_files(path)
    expect(page.locator("[data-filename]")).to_contain_text(path.name)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("heading", name=path.name)).to_be_visible()


def test_admin_imports_a_file(
    cast: Cast, sign_in: SignIn, live_server: LiveServer, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "tasks.jsonl",
        {"prompt": "Name a river.", "completions": ANSWERS},
        {"prompt": "Name a lake.", "completion": "Lake <b>Como</b>."},
    )
    page = sign_in(cast.ada)
    upload(page, live_server, path)
    expect(page.get_by_text("a task: rank 5 answers")).to_be_visible()
    expect(page.get_by_text("Lake <b>Como</b>.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Staging")
    # The worker's part; the page polls and sees it without being loaded again.
    page.evaluate("window.stayed = true")
    batch_run(batch_id=ImportBatch.objects.get().pk)
    expect(page.get_by_role("status")).to_contain_text("The records are part of the project")
    assert page.evaluate("window.stayed")
    expect(page.locator(".panel", has_text="Tasks made")).to_contain_text("1")
    assert Task.objects.get(kind=Task.Kind.RANKING).k == 5
    assert Demonstration.objects.get().text == "Lake <b>Como</b>."


def test_admin_meets_a_bad_line(
    cast: Cast, sign_in: SignIn, live_server: LiveServer, tmp_path: Path
) -> None:
    good = {"prompt": "Name a lake.", "completion": "Lake Como."}
    path = write(tmp_path / "mixed.jsonl", good, '{"prompt": "Half', {"colour": "blue"})
    page = sign_in(cast.ada)
    upload(page, live_server, path)
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("2 of these lines cannot be taken")
    expect(problem).to_contain_text("Line 2.")
    expect(problem).to_contain_text("Line 3.")
    page.get_by_role("button", name="Import", exact=True).click()
    batch_run(batch_id=ImportBatch.objects.get().pk)
    expect(page.get_by_role("status")).to_contain_text("Nothing was imported")
    assert not Demonstration.objects.exists()
    page.get_by_role("button", name="Import the good lines").click()
    expect(page.get_by_role("status")).to_contain_text("Staging")
    batch_run(batch_id=ImportBatch.objects.latest("pk").pk)
    expect(page.get_by_role("heading", name="2 bad lines, left out")).to_be_visible()
    assert Demonstration.objects.get().text == "Lake Como."


def test_admin_edits_the_rubric(cast: Cast, sign_in: SignIn, live_server: LiveServer) -> None:
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/p/everyday/settings/")
    page.get_by_label("Markdown").fill("Be **kind**.")
    expect(page.locator("#instructions-preview strong")).to_have_text("kind")
    page.get_by_role("button", name="Remove flag 2").click()
    page.get_by_role("button", name="Add a flag").click()
    page.keyboard.type("Too long")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    cast.project.refresh_from_db()
    assert cast.project.instructions == "Be **kind**."
    labels = [flag["label"] for flag in cast.project.rubric["flags"]]
    before = [flag["label"] for flag in default_rubric()["flags"]]
    assert labels == [before[0], *before[2:], "Too long"]
