"""What a labeler's pages weigh on the line, counted by the browser: a first visit, and each task
after it. The web serves as in production; the texts are English prose, nine answers of them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.test.testcases import LiveServerThread
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from annotation.models import Assignment, Project, Task, User
from annotation.people.projects import project_update
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from plumbline.static import static_collect
from tests.annotation.work import at, claimed, demonstration_task, dialogue_task, prompt_make
from tests.cast import Cast

FIRST, NEXT = 150_000, 30_000  # bytes
PROSE = (Path(__file__).parents[2] / "LICENSE").read_text().split()
WORDS = 165  # of an answer; no two of a page have a sentence in common

Weigh = Callable[[], int]


@pytest.fixture
def served(settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[str]:
    """The address of a web server that has collected its files, as plumbline.wsgi does."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "plumbline.static.StaticStorage"},
    }
    static_collect()
    # No handler for static files before the application: it serves them itself.
    thread = LiveServerThread("127.0.0.1", lambda application: application)  # type: ignore[arg-type]
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def line(page: Page) -> Weigh:
    """Counts the bytes that came over the line since it was asked last."""
    arrived: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))

    def weigh() -> int:
        page.wait_for_load_state("networkidle")
        total = int(sum(arrived))
        arrived.clear()
        return total

    return weigh


def prose(start: int, words: int = WORDS) -> str:
    """Prose in paragraphs, beginning at one word or another."""
    said = [PROSE[(start + i) % len(PROSE)] for i in range(words)]
    return "\n\n".join(" ".join(said[i : i + 55]) for i in range(0, words, 55))


def ranking_asked(project: Project, number: int) -> None:
    prompt = prompt_make(project, f"{number}: {prose(number, 60)}")
    texts = [prose(number + WORDS * place) for place in range(9)]
    task_create(
        project=project,
        kind=Task.Kind.RANKING,
        prompt=prompt,
        completions=[completion_create(prompt=prompt, text=text)[0] for text in texts],
    )


def user_enter(page: Page, served: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": served}])


def enter(page: Page, served: str, assignment: Assignment) -> None:
    user_enter(page, served, assignment.labeler)
    page.goto(served + at("work-task", assignment))
    ready(page)


def ready(page: Page) -> Page:
    page.locator("#work[data-ready]").wait_for()
    return page


def next_task(page: Page) -> Page:
    """Hand in what is on the page, once the page after it has come ahead."""
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    here = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != here and "/work/" in url)
    return ready(page)


def test_rankings(cast: Cast, served: str, page: Page, line: Weigh) -> None:
    project_update(actor=cast.ada, project=cast.project, instructions=prose(700, 250))
    for number in range(4):
        ranking_asked(cast.project, number)
    enter(page, served, claimed(cast.lena, cast.project))
    assert 60_000 < line() < FIRST
    for _ in range(2):
        for rank in range(1, 10):
            page.keyboard.press(str(rank))
        next_task(page)
        assert 5_000 < line() < NEXT


def test_demonstrations(cast: Cast, served: str, page: Page, line: Weigh) -> None:
    for _ in range(4):
        demonstration_task(cast.project)
    enter(page, served, claimed(cast.lena, cast.project))
    assert 40_000 < line() < FIRST
    for number in range(2):
        for part in range(6):  # six pauses, after each of which the preview is fetched
            page.keyboard.insert_text(prose(number + 50 * part, 50))
            expect(page.locator("#preview")).to_contain_text(PROSE[number + 50 * part + 49])
            page.wait_for_timeout(400)
        next_task(page)
        assert 3_000 < line() < NEXT


def test_dialogues(cast: Cast, served: str, page: Page, line: Weigh) -> None:
    script = [[prose(turn * 400 + WORDS * place) for place in range(3)] for turn in range(3)]
    for _ in range(2):
        dialogue_task(cast.project, script=script, max_turns=3)
    enter(page, served, claimed(cast.lena, cast.project))
    assert 40_000 < line() < FIRST
    for turn in range(3):
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.insert_text(prose(turn, 30))
        page.keyboard.press("Control+Enter")
        expect(page.locator("#talk")).to_have_attribute("data-stage", "choice")
        page.keyboard.press("2")
        page.keyboard.press("4")
        expect(page.locator(".turn.assistant")).to_have_count(turn + 1)
    here = page.url
    expect(page.locator("#submit")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here and "/work/" in url)
    ready(page)
    assert 5_000 < line() < NEXT  # the three turns, and the next dialogue's page


def test_prompts_written(cast: Cast, served: str, page: Page, line: Weigh) -> None:
    project_update(actor=cast.ada, project=cast.project, prompts_wanted=20)
    user_enter(page, served, cast.lena)
    page.goto(served + reverse("write", args=[cast.project.slug]))
    ready(page)
    assert 40_000 < line() < FIRST
    for number in range(2):
        page.get_by_label("Use case").select_option("chat")
        page.locator("#text").fill(prose(number, 60))
        page.keyboard.press("Escape")
        page.keyboard.press("w")
        expect(page.locator("#answer")).to_be_focused()
        page.keyboard.insert_text(prose(number + 60, 200))
        expect(page.locator("#preview")).to_contain_text(PROSE[number + 259])
        page.keyboard.press("Control+Enter")
        expect(page.locator("#text")).to_have_value("")
        expect(page.get_by_text(f"{number + 1} written today")).to_be_visible()
        ready(page)
        assert 2_000 < line() < NEXT
