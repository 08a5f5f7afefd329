"""A labeler writes demonstrations in a real browser."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Assignment, Demonstration, Membership, Project, User
from annotation.queue import drafts
from tests.annotation.work import demonstration_task
from tests.browser.waiting import wait_for
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
    expect(page.locator("#preview h3")).to_have_text("A title")
    expect(page.locator("#preview pre")).to_have_text("x = 1 < 2\n")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first and "/work/" in url)
    demonstration = Demonstration.objects.get()
    assert demonstration.text == TEXT
    assert demonstration.labeler == cast.lena
    expect(editor(page)).to_have_value("")
    expect(page.get_by_text("1 done today")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_what_is_written_is_handed_in_while_its_preview_is_on_its_way(page: Page) -> None:
    address = page.url
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/preview/", hold)
    editor(page).fill("Quickly said")
    wait_for(page, lambda: len(asked) == 1)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != address)
    assert Demonstration.objects.get().text == "Quickly said"


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


def test_who_signed_in_as_somebody_else_is_told_so(
    page: Page, cast: Cast, live_server: LiveServer
) -> None:
    mine = next(each for each in page.context.cookies() if each["name"] == "sessionid")["value"]
    client = Client()
    client.force_login(cast.luis)

    def signed_in(session: str) -> None:
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    address = page.url
    editor(page).fill("Written before")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    signed_in(client.cookies["sessionid"].value)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("somebody else has signed in")
    page.keyboard.type(", and more")
    expect(page.locator("#saved")).to_contain_text("did not take the draft")
    signed_in(mine)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != address)
    assert Demonstration.objects.get().text == "Written before, and more"


def test_the_server_says_why_it_took_no_draft(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    # A browser takes long to hold as much as a draft really may.
    monkeypatch.setattr(drafts, "MAX_DRAFT", 1_000)
    editor(page).fill("a" * 1_001)
    expect(page.get_by_role("alert")).to_contain_text("1,000")


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


def test_what_a_second_tab_hands_in_is_kept_until_it_is_let_go(page: Page) -> None:
    other = second_tab(page)
    task, url = at_hand(page), page.url
    editor(page).fill("The first counts")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda now: now != url)
    editor(other).fill("The second\nis kept")
    other.keyboard.press("Control+Enter")
    expect(other.get_by_role("heading", name="My demonstration")).to_be_visible()
    expect(other.locator(".messages")).to_contain_text("the second was not taken")
    kept = other.locator("#not-taken pre")
    expect(kept).to_have_text("The second\nis kept")
    other.reload()
    expect(kept).to_have_text("The second\nis kept")
    other.get_by_role("button", name="Copy").click()
    expect(other.locator("#not-taken [role=status]")).not_to_be_empty()
    other.get_by_role("button", name="Let it go").click()
    expect(other.locator("#not-taken")).to_be_hidden()
    other.reload()
    expect(other.get_by_text("The first counts")).to_be_visible()
    expect(other.locator("#not-taken")).to_be_hidden()
    assert Demonstration.objects.get(assignment=task).text == "The first counts"


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


def test_what_is_saved_while_the_page_loads_again_is_shown(page: Page) -> None:
    """The page that comes was made before: what it was made with is not the latest."""
    lease = at_hand(page)
    editor(page).fill("Written a moment before the reload.")

    def slowly(route: Route) -> None:
        made = route.fetch()
        for _ in range(100):
            if Assignment.objects.get(pk=lease.pk).draft:
                break
            time.sleep(0.1)
        time.sleep(0.5)  # for the page that goes to hear of it
        route.fulfill(response=made)

    page.route(page.url, slowly)
    page.reload()
    page.unroute(page.url)
    expect(editor(page)).to_have_value("Written a moment before the reload.")
    editor(page).press_sequentially(" And after it.")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    assert at_hand(page).draft["text"].endswith("And after it.")


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


def test_who_is_let_in_again_reads_no_old_refusal(page: Page, cast: Cast) -> None:
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    editor(page).fill("Before")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.ACTIVE)
    editor(page).fill("Before, and after")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_beat_tells_who_is_suspended(page: Page, cast: Cast) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    page.clock.run_for(61_000)
    expect(page.get_by_role("alert")).to_contain_text(WORDS)


def quiet_since(*, minutes: int) -> Assignment:
    """As if nothing had been told for so long: no more time counts than has passed since. After the
    page was loaded again: the page before tells of its last second as it goes."""
    here = Assignment.objects.get(state="leased")
    here.heartbeat_at = timezone.now() - timedelta(minutes=minutes)
    here.save(update_fields=["heartbeat_at"])
    return here


@pytest.mark.parametrize("leave", ["reload", "skip"])
def test_time_at_work_is_told_as_the_page_is_left(page: Page, cast: Cast, leave: str) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    here = quiet_since(minutes=5)
    page.clock.run_for(23_000)
    expect(page.locator(".timer.roomy")).to_contain_text("0:2")
    if leave == "reload":
        page.reload()
        # The page that comes may be made before the word of the one that goes is heard.
        wait_for(page, lambda: at_hand(page).active_seconds >= 20)
        page.reload()
        expect(page.locator(".timer.roomy")).to_contain_text("0:2")
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.locator("#skip [name=reason]").first.check()
        with page.expect_navigation():
            page.get_by_role("button", name="Skip it").click()
    here.refresh_from_db()
    assert 20 <= here.active_seconds <= 29


@pytest.mark.parametrize("typed", ["", "Half"])
def test_time_at_work_is_told_once_as_the_page_is_hidden(page: Page, typed: str) -> None:
    """A phone may kill what is in the background, and says nothing then."""
    told: list[int] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(("/beat/", "/draft/")):
            said = re.search(r"active_seconds\W+([0-9]+)", request.post_data or "")
            told.append(int(said[1]) if said else 0)

    page.clock.install()
    page.reload()
    ready(page)
    quiet_since(minutes=5)
    page.on("request", note)
    page.clock.run_for(23_000)
    editor(page).fill(typed)
    hide(page, hidden=True)
    wait_for(page, lambda: at_hand(page).active_seconds >= 20)
    page.clock.run_for(30_000)  # nothing counts in the background
    hide(page, hidden=False)
    page.clock.run_for(10_000)
    hide(page, hidden=True)
    page.reload()
    assert 30 <= sum(told) <= 39


def hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        }""",
        hidden,
    )


def test_a_tablet_shows_the_instructions_beside_the_text(page: Page) -> None:
    Project.objects.update(instructions="Prefer what is **true**.")
    page.reload()
    ready(page)
    page.set_viewport_size({"width": 820, "height": 1180})
    turn = page.locator(".conversation .turn").first.bounding_box()
    instructions = page.locator(".in-short").bounding_box()
    assert turn
    assert instructions
    assert instructions["x"] >= turn["x"] + turn["width"]
    assert instructions["y"] < turn["y"] + turn["height"]


def test_the_list_of_keys_opens_at_its_top(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 300})
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-title")).to_be_in_viewport()


@pytest.mark.parametrize("way", ["handed in", "skipped"])
def test_what_a_second_tab_kept_outlives_the_hand_in_of_the_first(page: Page, way: str) -> None:
    other = second_tab(page)
    url, home = page.url, page.url.split("/p/")[0]
    editor(page).fill("From the first tab")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    editor(other).fill("A precious text")
    expect(other.locator("#saved")).to_contain_text("kept in this browser")
    other.close()
    if way == "handed in":
        page.keyboard.press("Control+Enter")
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        page.get_by_role("dialog").get_by_label("unclear").check()
        page.get_by_role("button", name="Skip it").click()
    page.wait_for_url(lambda now: now != url)
    ready(page)
    assert "precious" in page.evaluate("Object.values(localStorage).join()")
    page.goto(home)
    page.get_by_role("link", name="Begun and not handed in").click()
    section = page.locator("#unfinished")
    expect(section).to_contain_text("not handed in with it, kept in this browser only")
    section.get_by_role("link").click()
    kept = page.locator("#not-taken pre").last
    expect(kept).to_have_text("A precious text")
    page.get_by_role("button", name="Let it go").last.click()
    wait_for(page, lambda: page.evaluate("localStorage.length") == 0)
    expect(page.get_by_text("A precious text")).to_be_hidden()


def test_what_another_device_saved_since_is_kept_with_what_is_handed_in(
    page: Page, browser: Browser, cast: Cast
) -> None:
    task, url = at_hand(page), page.url
    editor(page).fill("one")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    device = browser.new_context(storage_state=page.context.storage_state())
    other = device.new_page()
    other.goto(url)
    ready(other)
    editor(other).press_sequentially(" and a long evening of writing")
    expect(other.locator("#saved")).to_contain_text("Draft saved")
    device.close()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda now: now != url)
    expect(page.locator(".messages")).to_contain_text("A newer draft of your last task")
    assert Demonstration.objects.get(assignment=task).text == "one"
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    panel = page.locator("#not-taken")
    expect(panel.locator("pre")).to_have_text("one and a long evening of writing")
    panel.get_by_role("button", name="Take it over").click()
    ready(page)
    expect(editor(page)).to_have_value("one and a long evening of writing")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(panel.locator("pre")).to_have_count(1)
    panel.get_by_role("button", name="Let it go").click()
    expect(page.get_by_role("heading", name="My demonstration")).to_be_visible()
    expect(panel).to_be_hidden()
    page.go_back()
    page.get_by_role("link", name="Edit").click()
    ready(page)
    assert page.evaluate("localStorage.length") == 0
