"""What the tests of dialogues do with the page, by keyboard."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from annotation.models import User
from tests.annotation.work import dialogue_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


def dialogue_start(sign_in: SignIn, cast: Cast) -> Callable[..., Page]:
    """Lena at a dialogue of this kind."""

    def start(**fields: object) -> Page:
        dialogue_task(cast.project, **fields)
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        return ready(page)

    return start


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def stage(page: Page, name: str) -> None:
    expect(page.locator("#talk")).to_have_attribute("data-stage", name)


def text(page: Page) -> Locator:
    return page.locator("#text")


def say(page: Page, words: str) -> None:
    expect(text(page)).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")


def leave(page: Page, *names: str) -> None:
    """Escape from the text, then these keys."""
    expect(text(page)).to_be_focused()
    keys(page, "Escape", *names)


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def cards(page: Page) -> list[str]:
    stage(page, "choice")
    return [each.strip() for each in page.locator(".choice-card .prose").all_inner_texts()]


def hold(page: Page, name: str) -> list[Route]:
    """What is sent for this step, held up until the test lets it go on."""
    held: list[Route] = []
    page.route(f"**/dialogue/{name}/", lambda route: held.append(route))
    return held
