"""What is said as a task is skipped reaches the server, whatever happens on the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from annotation.models import Assignment, User
from tests.annotation.work import ranking_task
from tests.browser.waiting import wait_for
from tests.cast import Cast

SignIn = Callable[[User], Page]
NOTE = "Half of it is in Finnish."


@pytest.fixture
def page(sign_in: SignIn, cast: Cast) -> Page:
    """Lena at the only task."""
    ranking_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def skip(page: Page) -> Locator:
    """Say why, and press the button. Returns the dialog."""
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("language").check()
    dialog.get_by_label("Note").fill(NOTE)
    dialog.get_by_role("button", name="Skip it").click()
    return dialog


def skipped(page: Page) -> None:
    """It is, with what was said; and nothing of it lies about."""
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assignment = Assignment.objects.get()
    assert (assignment.state, assignment.skip_reason) == ("skipped", "language")
    assert assignment.skip_note == NOTE
    assert page.evaluate("localStorage.length") == 0


def test_offline_it_waits_in_the_dialog_and_is_sent_when_the_network_is_back(page: Page) -> None:
    page.context.set_offline(True)
    dialog = skip(page)
    expect(dialog.get_by_role("alert")).to_contain_text("skipped by itself when it is back")
    expect(dialog.get_by_label("Note")).to_have_value(NOTE)
    page.context.set_offline(False)
    skipped(page)


@pytest.mark.parametrize("by", ["changing it", "staying"])
def test_who_thinks_again_meanwhile_is_not_overruled(page: Page, by: str) -> None:
    page.context.set_offline(True)
    dialog = skip(page)
    expect(dialog.get_by_role("alert")).to_contain_text("skipped by itself")
    if by == "staying":
        dialog.get_by_role("button", name="Stay here").click()
        page.keyboard.press("1")
    else:
        dialog.get_by_label("Note").press("!")
        expect(dialog.get_by_role("alert")).to_contain_text("not skipped by itself any more")
    page.context.set_offline(False)
    page.wait_for_timeout(300)
    assert Assignment.objects.get().state == "leased"


def test_a_closed_tab_has_kept_the_reason_and_the_note(page: Page) -> None:
    context, address = page.context, page.url
    context.set_offline(True)
    expect(skip(page).get_by_role("alert")).to_contain_text("No connection")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#work[data-ready]")).to_be_visible()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Note")).to_have_value(NOTE)
    expect(dialog.get_by_label("language")).to_be_checked()
    dialog.get_by_role("button", name="Skip it").click()
    skipped(page)


def test_who_was_signed_out_is_told_so_and_loses_nothing(
    page: Page, sign_in: SignIn, cast: Cast
) -> None:
    address = page.url
    page.context.clear_cookies(name="sessionid")
    expect(skip(page).get_by_role("alert")).to_contain_text("signed out")
    sign_in(cast.lena)
    page.goto(address)
    expect(page.locator("#work[data-ready]")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_label("Note").last).to_have_value(NOTE)
    page.get_by_role("button", name="Skip it").click()
    skipped(page)


def test_on_a_slow_line_the_dialog_waits(page: Page) -> None:
    held: list[Route] = []
    page.route("**/skip/", lambda route: held.append(route))
    dialog = skip(page)
    expect(dialog.get_by_role("status")).to_have_text("Skipping…")
    page.keyboard.type(" And more.")
    page.keyboard.press("Escape")
    expect(dialog.get_by_label("Note")).to_have_value(NOTE)
    held[0].fulfill(status=500)
    expect(dialog.get_by_role("alert")).to_contain_text("was not skipped")
    expect(dialog.get_by_role("status")).to_be_empty()
    dialog.get_by_role("button", name="Skip it").click()
    wait_for(page, lambda: len(held) == 2)
    held[1].continue_()
    skipped(page)
