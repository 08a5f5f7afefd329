"""The next task is there at once, in a real browser: how often the server is asked is counted."""

from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_started
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Assignment, Demonstration, Project, User
from tests.annotation.work import demonstration_task, dialogue_task, ranking_task
from tests.browser.waiting import wait_for
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """What the server is asked for, but for static files."""
    requests: list[str] = []

    def note(*, environ: dict[str, str], **_: object) -> None:
        if not environ["PATH_INFO"].startswith("/static/"):
            requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    request_started.connect(note)
    yield requests
    request_started.disconnect(note)


@pytest.fixture
def desk(sign_in: SignIn, cast: Cast) -> Page:
    """Lena at the first of three demonstrations."""
    for _ in range(3):
        demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    return ready(page)


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def begin(page: Page, work: Callable[[], None]) -> None:
    """Begin the task at hand, and wait until the next one's page is kept."""
    with page.expect_response("**/ahead/") as answer:
        work()
    answer.value.finished()
    expect(page.locator("#saved")).to_contain_text("Draft saved")


def fetched(page: Page, asked: list[str]) -> str:
    """Begin the task at hand, and wait for the next one's page. Returns its path."""
    begin(page, lambda: page.locator("#text").fill("So."))
    return next(each.split()[1] for each in asked if each.endswith("/ahead/"))


def test_after_submit_the_server_is_asked_once_before_the_next_task_stands(
    desk: Page, cast: Cast, asked: list[str]
) -> None:
    first = desk.url
    path = fetched(desk, asked)
    asked.clear()
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: url != first and "/work/" in url)
    ready(desk)
    expect(desk.get_by_text("1 done today")).to_be_visible()
    desk.wait_for_timeout(500)
    submit, *after = asked
    assert submit.endswith("/submit/")
    # Once the page stands it asks how things stand; nothing else is asked, nothing given back.
    assert [each.split("/")[-2] for each in after] == ["beat"]
    assert desk.url.endswith(path.replace("ahead/", ""))
    assert Assignment.objects.filter(state="leased").count() == 1
    expect(desk.locator("#text")).to_have_value("")

    # And so on, from the page that was fetched ahead.
    second = desk.url
    asked.clear()
    fetched(desk, asked)
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: url != second and "/work/" in url)
    expect(desk.get_by_text("2 done today")).to_be_visible()
    assert Demonstration.objects.count() == 2


def test_back_and_reload_never_find_the_page_that_was_kept(desk: Page, asked: list[str]) -> None:
    first = desk.url
    fetched(desk, asked)
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: url != first and "/work/" in url)
    ready(desk)
    second = desk.url
    desk.locator("#text").fill("Second")
    expect(desk.locator("#saved")).to_contain_text("Draft saved")
    desk.reload()
    ready(desk)
    expect(desk.locator("#text")).to_have_value("Second")
    desk.go_back()
    expect(desk.get_by_role("heading", name="My demonstration")).to_be_visible()
    assert desk.url == first
    desk.go_forward()
    ready(desk)
    assert desk.url == second
    expect(desk.locator("#text")).to_have_value("Second")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: url != second and "/work/" in url)
    ready(desk)
    desk.go_back()
    expect(desk.get_by_role("heading", name="My demonstration")).to_be_visible()
    expect(desk.get_by_text("Second")).to_be_visible()


def test_who_leaves_gives_the_next_task_back(
    desk: Page, asked: list[str], live_server: LiveServer
) -> None:
    fetched(desk, asked)
    assert Assignment.objects.filter(state="leased").count() == 2
    desk.goto(f"{live_server.url}/")
    wait_for(desk, lambda: Assignment.objects.filter(state="released").count() == 1)


def test_what_was_begun_in_another_tab_is_shown_as_it_is_then(
    desk: Page, asked: list[str], live_server: LiveServer
) -> None:
    first = desk.url
    path = fetched(desk, asked)
    tab = desk.context.new_page()
    tab.goto(live_server.url + path.replace("ahead/", ""))
    ready(tab).locator("#text").fill("Begun elsewhere")
    expect(tab.locator("#saved")).to_contain_text("Draft saved")
    tab.close()
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: url != first and "/work/" in url)
    expect(desk.locator("#text")).to_have_value("Begun elsewhere")


def test_a_page_that_was_kept_is_fetched_anew_where_the_instructions_changed(
    desk: Page, asked: list[str]
) -> None:
    first = desk.url
    path = fetched(desk, asked)

    def change(*, environ: dict[str, str], **_: object) -> None:
        """Between the submission and the word of how things stand."""
        if environ["PATH_INFO"] == path.replace("ahead/", "beat/"):
            Project.objects.update(instructions="Be *brief*.", instructions_version=2)

    request_started.connect(change)
    try:
        desk.keyboard.press("Control+Enter")
        desk.wait_for_url(lambda url: url != first and "/work/" in url)
        expect(desk.locator(".in-short")).to_contain_text("Be brief.")
    finally:
        request_started.disconnect(change)


def test_a_ranking_brings_a_demonstration(cast: Cast, sign_in: SignIn, asked: list[str]) -> None:
    ranking_task(cast.project)
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    ready(page)
    begin(page, lambda: page.keyboard.type("1111"))
    asked.clear()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#text")).to_be_focused()
    assert not [each for each in asked if each.startswith("GET")]


def test_a_talk_that_may_be_finished_brings_the_next_task(
    cast: Cast, sign_in: SignIn, asked: list[str]
) -> None:
    dialogue_task(cast.project, mode="both_sides", min_turns=1)
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    ready(page)
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#talk")).to_have_attribute("data-stage", "assistant")
    assert Assignment.objects.count() == 1  # the talk goes on: nothing waits for its end
    page.keyboard.type("Hello you")
    with page.expect_response("**/ahead/") as answer:
        page.keyboard.press("Control+Enter")
    answer.value.finished()
    asked.clear()
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="Your answer")).to_be_visible()
    expect(page.locator("#text")).to_be_focused()
    assert not [each for each in asked if each.startswith("GET")]
    assert Assignment.objects.filter(state="leased").count() == 1
