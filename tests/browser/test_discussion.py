"""The channel in a browser: names are completed by keys, and a page that is seen keeps up."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Message, User
from tests.annotation.discussion import channel_of, say
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def channel(sign_in: SignIn, cast: Cast, live_server: LiveServer) -> Callable[[], Page]:
    """As Ada sees it."""

    def channel() -> Page:
        page = sign_in(cast.ada)
        page.goto(f"{live_server.url}/p/everyday/channel/")
        return page

    return channel


def test_a_name_is_completed_and_the_message_stands_there_at_once(
    channel: Callable[[], Page], cast: Cast
) -> None:
    page = channel()
    field = page.get_by_label("Message", exact=True)
    field.press_sequentially("Hello @l")
    expect(page.get_by_role("option")).to_have_text(["lena", "luis"])
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Hello @luis ")
    expect(page.get_by_role("listbox")).to_have_count(0)
    field.press("Control+Enter")
    expect(page.locator(".message .mention")).to_have_text("@luis")
    expect(field).to_have_value("")
    expect(field).to_be_focused()


def test_escape_leaves_what_was_typed(channel: Callable[[], Page]) -> None:
    page = channel()
    field = page.get_by_label("Message", exact=True)
    field.press_sequentially("@l")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value("@l")


def test_who_comes_back_to_the_page_sees_what_is_new_and_keeps_what_they_wrote(
    channel: Callable[[], Page], cast: Cast
) -> None:
    say(channel_of(cast.lena), "First")
    page = channel()
    page.get_by_label("Message", exact=True).fill("Half a")
    say(channel_of(cast.lena), "Second")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".message.new")).to_contain_text("Second")
    expect(page.get_by_role("status").filter(has_text="1 new message")).to_have_count(1)
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a")


def test_a_refused_message_stays_in_the_field(channel: Callable[[], Page], cast: Cast) -> None:
    for _ in range(10):
        say(channel_of(cast.ada), "Again")
    page = channel()
    page.get_by_label("Message", exact=True).fill("Not lost")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("wait a little")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Not lost")
    assert Message.objects.count() == 10
