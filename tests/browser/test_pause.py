"""A quiet hint at a pause, after long work or much that is hard to read."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from annotation.models import User
from annotation.prompts.marks import marks_read
from annotation.queue.tasks import task_create
from tests.annotation.work import demonstration_task, prompt_make
from tests.cast import Cast

SignIn = Callable[[User], Page]
VIOLENT = marks_read(sensitive=["violence"])


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def work(page: Page, seconds: int) -> None:
    page.keyboard.press("Shift")
    page.clock.run_for(1_000 * seconds)


def worked(page: Page, minutes: int) -> None:
    """As if so many minutes of work lay behind this tab."""
    page.evaluate(
        """(minutes) => sessionStorage.setItem("plumbline:pause",
            JSON.stringify({ worked: 60 * minutes, last: Date.now(), row: [] }))""",
        minutes,
    )


def test_fifty_minutes_without_a_pause(cast: Cast, sign_in: SignIn) -> None:
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.clock.install()
    page.get_by_role("button", name="Start").click()
    ready(page)
    hint = page.locator("#pause")
    worked(page, 49)
    page.clock.fast_forward(6 * 60_000)  # a pause
    work(page, 50)
    worked(page, 49)
    expect(hint).to_be_hidden()
    work(page, 50)
    expect(hint).to_be_hidden()
    work(page, 20)
    expect(hint).to_contain_text("50 minutes without a pause")
    hint.get_by_role("button", name="Dismiss").click()
    work(page, 20)
    expect(hint).to_be_hidden()


def test_much_that_is_sensitive_in_a_row(cast: Cast, sign_in: SignIn) -> None:
    for number in range(6):
        prompt = prompt_make(cast.project, f"Battle {number}?", marks=VIOLENT)
        task_create(project=cast.project, kind="demonstration", prompt=prompt)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    for done in range(1, 6):
        expect(ready(page).locator("#pause")).to_be_hidden()
        page.locator("#text").fill("So.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text(f"{done} done today")).to_be_visible()
    expect(ready(page).locator("#pause")).to_contain_text("sensitive content 5 times in a row")
