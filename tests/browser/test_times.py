"""Moments are shown by the reader's clock, in the page's language, in one format; without scripts
the server's zone is named."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.feedback.demonstrations import demonstration_submit
from annotation.models import Assignment
from tests.annotation.work import claimed, demonstration_task
from tests.browser.ranking_desk import SignIn
from tests.cast import PASSWORD, Cast

AT = "2026-03-04T22:05:00Z"


@pytest.fixture
def handed_in(cast: Cast) -> Assignment:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text="First words.")
    Assignment.objects.update(ended_at=AT)
    return assignment


@pytest.mark.browser_context_args(timezone_id="Asia/Tokyo", locale="en-US")
def test_the_readers_zone_and_24_hours(
    handed_in: Assignment, sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    page = sign_in(cast.lena)
    page.goto(f"{live_server.url}/p/everyday/work/last/")
    expect(page.get_by_text("Submitted 5 Mar 2026, 07:05")).to_be_visible()
    page.goto(f"{live_server.url}/p/everyday/work/done/")
    expect(page.get_by_text("5 Mar, 07:05")).to_be_visible()
    cast.lena.language = "de"
    cast.lena.save()
    page.goto(f"{live_server.url}/p/everyday/work/last/")
    expect(page.locator("time").first).to_have_text(re.compile(r"^5\. März 2026, 07:05$"))


@pytest.mark.browser_context_args(timezone_id="Asia/Tokyo", locale="en-US")
def test_the_desk_says_when_it_saved_in_the_same_way(sign_in: SignIn, cast: Cast) -> None:
    demonstration_task(cast.project)
    page: Page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    page.locator("#text").fill("Some words.")
    expect(page.locator("#saved")).to_have_text(re.compile(r"^Draft saved [012]\d:\d\d$"))


def test_without_scripts_the_zone_is_named(
    handed_in: Assignment, browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    context = browser.new_context(java_script_enabled=False, timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Username").fill("lena")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{live_server.url}/p/everyday/work/last/")
    expect(page.get_by_text("Submitted 4 Mar 2026, 22:05 UTC")).to_be_visible()
    context.close()
