"""Sensitive texts are hidden until they are asked for, from the eye and from a screen reader."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from annotation.models import Task, User
from annotation.prompts.marks import marks_read
from annotation.queue.tasks import task_create
from tests.annotation.work import completions_make, demonstration_task, prompt_make
from tests.cast import Cast

SignIn = Callable[[User], Page]
VIOLENT = marks_read(sensitive=["violence"])


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[], Page]:
    def start() -> Page:
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#work[data-ready]")).to_be_visible()
        return page

    return start


def violent(cast: Cast) -> Task:
    prompt = prompt_make(cast.project, "Tell me of the battle.", marks=VIOLENT)
    answers = completions_make(prompt, 4)
    return task_create(project=cast.project, kind="ranking", prompt=prompt, completions=answers)


def text(page: Page, letter: str) -> Locator:
    return page.locator(f".card[data-letter={letter}] .card-text")


def test_texts_are_hidden_until_asked_for_by_key(cast: Cast, start: Callable[[], Page]) -> None:
    violent(cast)
    page = start()
    expect(page.get_by_text("Marked as violence: hidden until you ask.")).to_be_visible()
    asked = page.get_by_text("Tell me of the battle.")
    for hidden in (asked, text(page, "A"), text(page, "B")):
        expect(hidden).to_be_hidden()
    assert "battle" not in page.locator(".conversation").aria_snapshot()

    page.keyboard.press("v")
    expect(text(page, "A")).to_be_visible()
    expect(text(page, "B")).to_be_hidden()
    expect(page.locator("#live")).to_have_text("answer A: shown.")
    page.keyboard.press("1")  # ranking goes on with the next one, which is hidden still
    page.keyboard.press("v")
    expect(text(page, "B")).to_be_visible()
    page.keyboard.press("v")
    expect(text(page, "B")).to_be_hidden()
    page.keyboard.press("Shift+V")
    for shown in (asked, text(page, "B"), text(page, "D")):
        expect(shown).to_be_visible()
    page.get_by_role("button", name="Hide all").click()
    expect(text(page, "A")).to_be_hidden()
    page.get_by_role("button", name="Show the user's text").click()
    expect(asked).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("Show the hidden text in focus")).to_be_visible()


def test_what_is_not_marked_is_shown(cast: Cast, start: Callable[[], Page]) -> None:
    demonstration_task(cast.project)
    page = start()
    expect(page.locator(".conversation .turn .prose")).to_be_visible()
    expect(page.locator(".veil, #veil-all")).to_have_count(0)
