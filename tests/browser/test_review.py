"""A reviewer and a labeler in a real browser: returned with a comment, changed, another decided."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Decision, Ranking, Review, User
from tests.annotation.review_work import disputed, look, reviewer_join
from tests.cast import Cast

Enter = Callable[..., Page]
QUEUE = "/p/everyday/quality/review/"


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer) -> Iterator[Enter]:
    """A page of somebody who is signed in already, each in a browser of their own."""
    contexts = []

    def enter(person: User, **options: Any) -> Page:
        client = Client()
        client.force_login(person)
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()


def test_a_ranking_is_returned_changed_and_another_decided(enter: Enter, cast: Cast) -> None:
    first, lenas, _ = disputed(cast)
    second, _, _ = disputed(cast)
    look(cast)
    rex = reviewer_join(cast)

    page = enter(rex)
    page.goto(QUEUE)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Ranks side by side")).to_be_visible()
    expect(page.locator("html[data-review-ready]")).to_be_attached()
    page.keyboard.press("r")
    expect(page.locator(f"#said-{lenas.pk} textarea")).to_be_focused()
    page.keyboard.type("Look at B once more.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#said-{lenas.pk} .badge")).to_have_text("Returned")
    expect(page.locator("html[data-review-ready]")).to_be_attached()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".review-card .badge.accepted")).to_be_visible()
    assert Review.objects.get(verdict="returned").comment == "Look at B once more."

    labeler = enter(cast.lena)
    labeler.goto("/p/everyday/work/")
    expect(labeler.get_by_text("1 submission came back to you.")).to_be_visible()
    labeler.get_by_role("link", name="Look at it").click()
    labeler.get_by_role("link", name="Answer").click()
    expect(labeler.get_by_text("Look at B once more.")).to_be_visible()
    labeler.get_by_role("link", name="Change it").click()
    expect(labeler.locator("#work[data-ready]")).to_be_visible()
    for key in ("1", "j", "1", "Control+Enter"):
        labeler.keyboard.press(key)
    expect(labeler.get_by_text("Saved: this is revision 2.")).to_be_visible()
    assert Review.objects.get(verdict="returned").answered_at is not None

    page.goto(f"{QUEUE}{first.pk}/")
    expect(page.get_by_text("Answered by its labeler")).to_be_visible()
    page.goto(f"{QUEUE}{second.pk}/")
    page.keyboard.press("d")
    expect(page.locator("#work[data-ready]")).to_be_visible()
    for key in ("1", "1", "2", "3", "Control+Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Decided: the task teaches what you said.")).to_be_visible()
    expect(page.get_by_text("Decided by rex")).to_be_visible()
    word = Decision.objects.get().ranking
    assert word is not None
    said = word.judgments.order_by("completion_id").values_list("rank", flat=True)
    assert list(said) == [1, 1, 2, 3]
    assert set(Ranking.objects.filter(task=second, source="person").values_list("review")) == {
        ("overruled",)
    }
    page.get_by_role("button", name="Undo the decision").click()
    expect(page.get_by_text("what the labelers said counts again")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_it_works_without_scripts(enter: Enter, cast: Cast) -> None:
    _, lenas, _ = disputed(cast)
    look(cast)
    page = enter(reviewer_join(cast), java_script_enabled=False)
    page.goto(QUEUE)
    page.get_by_role("link", name="Begin").click()
    page.locator(f"#said-{lenas.pk} textarea").fill("Sure?")
    page.locator(f"#said-{lenas.pk}").get_by_role("button", name="Return lena").click()
    expect(page.locator(f"#said-{lenas.pk} .badge")).to_have_text("Returned")
    page.locator("a[data-key=d]").click()
    for index, rank in enumerate((1, 2, 2, 3)):
        page.locator(f"[name=rank-{index}]").select_option(str(rank))
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided by rex")).to_be_visible()
    assert Decision.objects.count() == 1
