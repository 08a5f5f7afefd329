"""On a slow line a page that is being handed in stays as it was sent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from annotation.models import Demonstration, Prompt, Ranking, User
from tests.annotation.work import demonstration_task, ranking_task
from tests.browser.waiting import wait_for
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[], Page]:
    """Lena at the first task there is."""

    def start() -> Page:
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        return ready(page)

    return start


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def submit(page: Page, address: str) -> list[Route]:
    """Press for it; the line holds what is sent."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    page.route(address, hold)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sending")).to_have_text("Submitting…")
    expect(page.locator("#main")).to_have_attribute("inert", "")
    wait_for(page, lambda: len(held) == 1)
    return held


def again(page: Page, held: list[Route]) -> None:
    """The server fails: the page is as it was, to be sent again."""
    held[0].fulfill(status=500)
    expect(page.get_by_role("alert")).to_contain_text("was not handed in")
    expect(page.locator("#sending")).to_be_empty()
    expect(page.locator("#main")).not_to_have_attribute("inert", "")


def shown(page: Page) -> object:
    return page.evaluate("[...new FormData(document.getElementById('work'))].map(String)")


def test_a_ranking(cast: Cast, start: Callable[[], Page]) -> None:
    ranking_task(cast.project)
    page = start()
    for key in "1234":
        page.keyboard.press(key)
    before = shown(page)
    held = submit(page, "**/submit/")
    page.keyboard.press("1")
    page.keyboard.press("u")
    page.keyboard.press("s")
    page.keyboard.press("Control+Enter")
    page.locator("#card-0").click(force=True)
    page.locator("#undo").click(force=True)
    page.locator("#note").click(force=True)
    page.keyboard.type("More to say")
    assert shown(page) == before
    assert page.get_by_role("dialog").count() == 0
    again(page, held)
    page.keyboard.press("1")  # where the focus was
    assert shown(page) != before
    page.keyboard.press("u")
    page.keyboard.press("Control+Enter")
    wait_for(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    ranks = Ranking.objects.get().judgments.values_list("rank", flat=True)
    assert sorted(rank or 0 for rank in ranks) == [1, 2, 3, 4]


def test_a_demonstration(cast: Cast, start: Callable[[], Page]) -> None:
    demonstration_task(cast.project)
    page = start()
    page.keyboard.type("All that is sent")
    held = submit(page, "**/submit/")
    page.keyboard.type(", and more")
    expect(page.locator("#text")).to_have_value("All that is sent")
    again(page, held)
    page.keyboard.type(", and more")
    page.keyboard.press("Control+Enter")
    wait_for(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert Demonstration.objects.get().text == "All that is sent, and more"


def test_a_line_that_hangs_is_taken_for_none(cast: Cast, start: Callable[[], Page]) -> None:
    demonstration_task(cast.project)
    page = start()
    page.keyboard.type("Written on a train.")
    page.evaluate(
        """addEventListener("htmx:configRequest", ({ target, detail }) => {
            if (target.id !== "work" || window.allowed) return;
            window.allowed = detail.timeout;
            detail.timeout = 2_000;
        })"""
    )
    held = submit(page, "**/submit/")
    expect(page.get_by_role("alert")).to_contain_text("handed in by itself")
    expect(page.locator("#main")).not_to_have_attribute("inert", "")
    assert page.evaluate("allowed") == 60_000
    wait_for(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert Demonstration.objects.get().text == "Written on a train."


def test_a_written_prompt(cast: Cast, sign_in: SignIn) -> None:
    cast.project.prompts_wanted = 20
    cast.project.save()
    page = sign_in(cast.lena)
    page.goto(f"{page.url}p/everyday/write/plain/")
    ready(page)
    page.get_by_label("Use case").select_option("chat")
    page.locator("#text").fill("Say it once.")
    held = submit(page, "**/write/plain/")
    page.keyboard.type(" Or twice?")
    expect(page.locator("#text")).to_have_value("Say it once.")
    again(page, held)
    page.keyboard.press("Control+Enter")
    wait_for(page, lambda: len(held) == 2)
    held[1].continue_()
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    assert Prompt.objects.get().messages[0]["content"] == "Say it once."
