"""The network goes away in the middle of the work and comes back: nothing lost, nothing twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from annotation.models import Assignment, Demonstration, Ranking, Turn, User
from tests.annotation.work import demonstration_task, dialogue_task, ranking_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[], Page]:
    """Lena at the first task there is."""

    def start() -> Page:
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#work[data-ready]")).to_be_visible()
        return page

    return start


def saved(page: Page, words: str) -> None:
    expect(page.locator("#saved")).to_contain_text(words)


def test_a_ranking_made_offline_is_saved_when_the_network_is_back(
    cast: Cast, start: Callable[[], Page]
) -> None:
    ranking_task(cast.project)
    page = start()
    page.keyboard.press("1")
    saved(page, "Draft saved")
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.keyboard.press("2")
    page.locator("#note").fill("Written in a tunnel.")
    saved(page, "No connection")
    page.context.set_offline(False)
    saved(page, "Draft saved")
    draft = Assignment.objects.get().draft
    assert sorted(draft["slots"]) == [0, 1, 2, 2]
    assert draft["note"] == "Written in a tunnel."
    assert page.evaluate("localStorage.length") == 0


def test_what_is_submitted_offline_is_handed_in_once_when_the_network_is_back(
    cast: Cast, start: Callable[[], Page]
) -> None:
    ranking_task(cast.project)
    page = start()
    page.context.set_offline(True)
    for rank in "1234":
        page.keyboard.press(rank)
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("keep this tab open, and this is handed in by itself")
    page.keyboard.press("Control+Enter")  # pressed again, it is still one
    expect(alert).to_contain_text("handed in by itself when it is back")
    assert not Ranking.objects.exists()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    ranking = Ranking.objects.get()
    assert sorted(each.rank or 0 for each in ranking.judgments.all()) == [1, 2, 3, 4]
    assert page.evaluate("localStorage.length") == 0


def test_offline_no_link_leaves_the_page(cast: Cast, start: Callable[[], Page]) -> None:
    ranking_task(cast.project)
    page = start()
    address = page.url
    page.context.set_offline(True)
    page.keyboard.press("h")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("that page cannot be opened now")
    page.get_by_role("link", name="Plumbline").click()
    page.keyboard.press("1")
    assert page.url == address
    page.context.set_offline(False)
    expect(alert).to_be_hidden()
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="My submissions")).to_be_visible()


def test_what_is_changed_meanwhile_waits_for_its_labeler(
    cast: Cast, start: Callable[[], Page]
) -> None:
    demonstration_task(cast.project)
    page = start()
    text = page.locator("#text")
    page.context.set_offline(True)
    text.fill("Half a thought")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("handed in by itself")
    text.press_sequentially(", and")
    expect(page.get_by_role("alert")).to_contain_text("submit it when you are done")
    page.context.set_offline(False)
    saved(page, "Draft saved")
    assert not Demonstration.objects.exists()
    text.press_sequentially(" the rest")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert Demonstration.objects.get().text == "Half a thought, and the rest"


def test_a_page_closed_offline_has_kept_what_was_written(
    cast: Cast, start: Callable[[], Page]
) -> None:
    demonstration_task(cast.project)
    page = start()
    address = page.url
    page.context.set_offline(True)
    page.locator("#text").fill("Written in a tunnel")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("#text")).to_have_value("Written in a tunnel")
    page.locator("#text").press_sequentially(".")
    saved(page, "Draft saved")
    assert Assignment.objects.get().draft["text"] == "Written in a tunnel."


def test_who_works_where_nothing_can_be_kept_is_told_and_warned(
    cast: Cast, start: Callable[[], Page]
) -> None:
    demonstration_task(cast.project)
    page = start()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('It is full') } }"
    )
    page.context.set_offline(True)
    page.keyboard.type("Written in a tunnel")
    saved(page, "this browser cannot keep your work: do not close this page")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot keep it until then")
    page.keyboard.type(".")
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    expect(page.locator("#text")).to_have_value("Written in a tunnel.")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    saved(page, "Draft saved")
    page.goto("about:blank")
    assert asked == ["beforeunload"]
    assert Assignment.objects.get().draft["text"] == "Written in a tunnel."


def test_a_message_sent_offline_is_sent_once_when_the_network_is_back(
    cast: Cast, start: Callable[[], Page]
) -> None:
    dialogue_task(cast.project)
    page = start()
    page.context.set_offline(True)
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")
    alert = page.locator("#desk-error")
    expect(alert).to_contain_text("sent by itself when it is back")
    page.context.set_offline(False)
    expect(page.locator("#talk")).to_have_attribute("data-stage", "choice")
    expect(alert).to_be_hidden()
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(alert).to_contain_text("sent by itself when it is back")
    page.keyboard.press("0")  # none after all
    expect(alert).to_contain_text("not sent by itself any more")
    page.keyboard.press("2")
    page.keyboard.press("3")
    expect(alert).to_contain_text("sent by itself when it is back")
    page.context.set_offline(False)
    expect(page.locator("#talk")).to_have_attribute("data-stage", "user")
    assert list(Turn.objects.values_list("role", "strength")) == [("user", None), ("assistant", 2)]
    assert page.evaluate("localStorage.length") == 0
