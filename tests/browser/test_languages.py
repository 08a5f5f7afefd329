"""The site in German, in a real browser: pages, and what their scripts say."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import User
from tests.annotation.work import ranking_task
from tests.cast import PASSWORD, Cast


def test_a_stranger_chooses_german_and_ranks_in_it(
    cast: Cast, tidy_page: Page, live_server: LiveServer
) -> None:
    ranking_task(cast.project)
    page = tidy_page
    page.goto(f"{live_server.url}/sign-in/?next=/p/everyday/work/")
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_label("Benutzername").fill("lena")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/p/everyday/work/")
    page.get_by_role("button", name="Start").click()
    page.locator("#work[data-ready]").wait_for()
    page.keyboard.press("1")
    expect(page.locator("#live")).to_have_text("Antwort A: Rang 1. Noch 3.")
    expect(page.locator("#left-text")).to_have_text("noch 3 zu ordnen")


def test_a_choice_in_the_menu_comes_back_to_the_page(
    cast: Cast, sign_in: Callable[[User], Page]
) -> None:
    page = sign_in(cast.lena)
    page.goto(page.url + "p/everyday/work/")
    page.get_by_text("Lena", exact=True).click()
    page.get_by_role("button", name="Deutsch").click()
    page.wait_for_url("**/p/everyday/work/")
    expect(page.get_by_role("heading", name="Nichts wartet")).to_be_visible()
    page.get_by_text("Lena", exact=True).click()
    expect(page.locator("[data-theme-name]")).to_have_text("wie das System")
    page.locator("[data-theme-next]").click()
    expect(page.locator("[data-theme-name]")).to_have_text("hell")


def test_german_stays_without_javascript(
    cast: Cast, browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    context.close()
