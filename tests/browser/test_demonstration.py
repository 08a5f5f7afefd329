"""A labeler writes demonstrations in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from annotation.models import Assignment, Demonstration, Membership, User
from tests.annotation.work import demonstration_task
from tests.cast import Cast

SignIn = Callable[[User], Page]
TEXT = "# A title\n\nSome *words*, and\n\n```py\nx = 1 < 2\n```"


@pytest.fixture
def page(sign_in: SignIn, cast: Cast) -> Page:
    """Lena at her first of two tasks."""
    demonstration_task(cast.project)
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    return ready(page)


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(editor(page)).to_be_focused()
    return page


def editor(page: Page) -> Locator:
    return page.locator("#text")


def at_hand(page: Page) -> Assignment:
    """The task that the page shows; the next one may be leased already."""
    return Assignment.objects.get(public_id=page.url.rstrip("/").split("/")[-1])


def test_what_is_written_is_what_is_stored_and_the_next_task_comes(page: Page, cast: Cast) -> None:
    first = page.url
    editor(page).fill(TEXT)
    expect(page.locator("#count")).to_have_text("13 words")
    expect(page.locator("#preview h1")).to_have_text("A title")
    expect(page.locator("#preview pre")).to_have_text("x = 1 < 2\n")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first and "/work/" in url)
    demonstration = Demonstration.objects.get()
    assert demonstration.text == TEXT
    assert demonstration.labeler == cast.lena
    expect(editor(page)).to_have_value("")
    expect(page.get_by_text("1 done today")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_draft_outlives_a_reload_and_is_gone_from_the_browser_once_saved(page: Page) -> None:
    editor(page).fill("Half a thought")
    assert page.evaluate("localStorage.length") == 1
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    assert page.evaluate("localStorage.length") == 0
    assert at_hand(page).draft["text"] == "Half a thought"
    page.reload()
    expect(editor(page)).to_have_value("Half a thought")


def test_what_the_server_never_got_is_restored_from_the_browser(page: Page) -> None:
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    editor(page).fill("Written while the server was away")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.unroute("**/draft/")
    page.reload()
    expect(editor(page)).to_have_value("Written while the server was away")
    expect(page.locator("#preview")).to_have_text("Written while the server was away")
    expect(page.locator("#saved")).to_contain_text("Draft saved")


def test_nothing_is_sent_while_nothing_is_written(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Write an answer first.")
    assert not Demonstration.objects.exists()


def test_a_refused_submission_keeps_what_was_written(page: Page) -> None:
    editor(page).evaluate("(field) => { field.value = 'a\\u0000b' }")
    editor(page).press("End")
    page.keyboard.type("c")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot be stored")
    assert editor(page).input_value().endswith("c")


def test_who_was_signed_out_loses_nothing(page: Page, cast: Cast, sign_in: SignIn) -> None:
    editor(page).fill("Written before the session ended")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("signed out")
    expect(editor(page)).to_have_value("Written before the session ended")
    address = page.url
    sign_in(cast.lena)
    page.goto(address)
    expect(editor(page)).to_have_value("Written before the session ended")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != address)
    assert Demonstration.objects.get().text == "Written before the session ended"


def test_a_minute_at_work_renews_the_lease(page: Page) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    before = at_hand(page).expires_at
    with page.expect_response("**/beat/") as answer:
        page.clock.run_for(61_000)
    assert answer.value.ok
    assert at_hand(page).expires_at > before


def test_skip_takes_a_reason_and_brings_the_next_task(page: Page, cast: Cast) -> None:
    first = page.url
    page.get_by_role("button", name="Skip").click()
    page.get_by_label("Needs expertise I lack").check()
    page.get_by_label("Note").fill("Organic chemistry.")
    page.get_by_role("button", name="Skip it").click()
    page.wait_for_url(lambda url: url != first)
    expect(editor(page)).to_be_focused()
    skipped = Assignment.objects.get(state=Assignment.State.SKIPPED)
    assert (skipped.skip_reason, skipped.skip_note) == ("expertise", "Organic chemistry.")
    assert skipped.labeler == cast.lena


def second_tab(page: Page) -> Page:
    """Another tab of the same labeler at the same task."""
    tab = page.context.new_page()
    tab.goto(page.url)
    return ready(tab)


def test_of_two_tabs_neither_overwrites_the_other(page: Page) -> None:
    other = second_tab(page)
    editor(page).fill("From the first tab")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    editor(other).fill("From the second tab")
    expect(other.get_by_role("alert")).to_contain_text("changed in another tab")
    expect(other.locator("#saved")).to_contain_text("kept in this browser")
    editor(other).press_sequentially(", and more")
    assert at_hand(page).draft["text"] == "From the first tab"

    other.reload()
    expect(editor(other)).to_have_value("From the first tab")
    expect(other.locator("#kept")).to_be_visible()
    other.get_by_role("button", name="Show the kept draft").click()
    expect(editor(other)).to_have_value("From the second tab, and more")
    expect(other.locator("#preview")).to_have_text("From the second tab, and more")
    expect(other.locator("#saved")).to_contain_text("Draft saved")
    assert at_hand(page).draft["text"] == "From the second tab, and more"
    other.get_by_role("button", name="Show the kept draft").click()
    expect(editor(other)).to_have_value("From the first tab")
    other.get_by_role("button", name="Discard it").click()
    expect(other.locator("#kept")).to_be_hidden()
    expect(other.locator("#saved")).to_contain_text("Draft saved")
    assert other.evaluate("localStorage.length") == 0


def test_what_a_tab_had_not_saved_yet_goes_on_after_a_reload(page: Page) -> None:
    """The reload's own last save may come late: it is no other tab's."""
    editor(page).fill("Saved once")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    editor(page).press_sequentially(", and then some")
    page.reload()
    ready(page)
    expect(editor(page)).to_have_value("Saved once, and then some")
    editor(page).press_sequentially("!")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    expect(page.locator("#kept")).to_be_hidden()
    assert at_hand(page).draft["text"] == "Saved once, and then some!"


def test_back_after_a_submission_says_that_it_is_in(page: Page) -> None:
    first = page.url
    editor(page).fill("Done")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first and "/work/" in url)
    ready(page)
    page.go_back()
    expect(page.get_by_role("heading", name="My demonstration")).to_be_visible()
    expect(page.get_by_text("Submitted")).to_be_visible()


WORDS = "You are not an active labeler of this project any more."


def test_who_is_suspended_at_work_is_told_and_keeps_the_text(page: Page, cast: Cast) -> None:
    editor(page).fill("Saved")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    assert "Saved" in page.evaluate("Object.values(localStorage).join()")
    editor(page).press_sequentially(", and more")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.ACTIVE)
    page.reload()
    expect(editor(page)).to_have_value("Saved, and more")


def test_a_beat_tells_who_is_suspended(page: Page, cast: Cast) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    page.clock.run_for(61_000)
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
