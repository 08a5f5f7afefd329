"""Sensitive texts are hidden until they are asked for, from the eye and from a screen reader."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from annotation.models import Task, User
from annotation.prompts.marks import marks_read
from annotation.queue.tasks import task_create
from tests.annotation.work import (
    completions_make,
    demonstration_task,
    dialogue_task,
    prompt_make,
)
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

    page.keyboard.press("p")
    expect(text(page, "A")).to_be_visible()
    expect(text(page, "B")).to_be_hidden()
    expect(page.locator("#live")).to_have_text("answer A: shown.")
    page.keyboard.press("1")  # ranking goes on with the next one, which is hidden still
    page.keyboard.press("p")
    expect(text(page, "B")).to_be_visible()
    page.keyboard.press("p")
    expect(text(page, "B")).to_be_hidden()
    page.keyboard.press("Shift+P")
    for shown in (asked, text(page, "B"), text(page, "D")):
        expect(shown).to_be_visible()
    page.get_by_role("button", name="Hide all").click()
    expect(text(page, "A")).to_be_hidden()
    page.locator("summary", has_text="Show the user's text").click()
    expect(asked).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("Show the hidden text in focus")).to_be_visible()


def test_what_is_not_marked_is_shown(cast: Cast, start: Callable[[], Page]) -> None:
    demonstration_task(cast.project)
    page = start()
    expect(page.locator(".conversation .turn .prose")).to_be_visible()
    expect(page.locator(".veil, #veil-all")).to_have_count(0)


def test_the_same_key_gives_no_severity(cast: Cast, start: Callable[[], Page]) -> None:
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "each"
    cast.project.save()
    violent(cast)
    page = start()
    page.keyboard.press("v")
    expect(page.locator("#judgment-hint")).to_have_text("press 0–4")
    expect(text(page, "A")).to_be_hidden()
    page.keyboard.press("3")
    page.keyboard.press("p")
    expect(text(page, "A")).to_be_visible()
    expect(page.locator("#card-0 .card-state")).to_have_text("severity 3")


def test_comparing_shows_nothing_that_is_hidden(cast: Cast, start: Callable[[], Page]) -> None:
    violent(cast)
    page = start()
    for key in ("c", "j", "c"):
        page.keyboard.press(key)
    dialog = page.locator("#compare")
    panes = dialog.locator(".pane")
    expect(dialog).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#differences-told")).to_contain_text("Show both answers")
    assert "Answer 0." not in panes.nth(0).inner_text()
    assert "Answer" not in panes.nth(1).inner_text()
    page.keyboard.press("p")  # the side in front
    expect(panes.nth(1)).to_contain_text("Answer")
    expect(panes.nth(0)).not_to_contain_text("Answer")
    panes.nth(0).get_by_role("button", name="Show").click()
    expect(panes.nth(0)).to_contain_text("Answer")
    expect(panes.nth(0).locator("del, .plain-text")).not_to_have_count(0)
    expect(page.locator("#differences-told")).to_contain_text("only in this answer")
    page.keyboard.press("Escape")
    expect(text(page, "A")).to_be_visible()


def test_without_scripts_texts_are_hidden_and_shown_all_the_same(
    cast: Cast, start: Callable[[], Page], browser: Browser
) -> None:
    violent(cast)
    signed_in = start()
    context = browser.new_context(
        java_script_enabled=False, storage_state=signed_in.context.storage_state()
    )
    page = context.new_page()
    page.goto(signed_in.url)
    asked = page.get_by_text("Tell me of the battle.")
    expect(asked).to_be_hidden()
    expect(text(page, "A")).to_be_hidden()
    page.locator("summary", has_text="Show the user's text").click()
    expect(asked).to_be_visible()
    expect(page.locator("summary", has_text="Hide the user's text")).to_be_visible()
    expect(text(page, "A")).to_be_hidden()
    context.close()


def test_dialogues_hide_what_others_wrote(cast: Cast, start: Callable[[], Page]) -> None:
    prompt = prompt_make(cast.project, "Tell me of the battle.", marks=VIOLENT)
    dialogue_task(cast.project, prompts=[prompt], min_turns=1)
    page = start()
    expect(page.get_by_text("Marked as violence: hidden until you ask.")).to_be_visible()
    cards = page.locator(".choice-card .prose")
    asked = page.get_by_text("Tell me of the battle.")
    expect(cards).to_have_count(3)
    expect(asked).to_be_hidden()
    page.keyboard.press("p")
    expect(asked).to_be_visible()
    page.keyboard.press("2")
    expect(cards.nth(1)).to_be_hidden()
    page.keyboard.press("p")
    expect(cards.nth(1)).to_be_visible()
    expect(cards.nth(0)).to_be_hidden()
    page.keyboard.press("3")  # the talk goes on with it: it stays as it is, as does what was asked
    expect(page.locator("#talk")).to_have_attribute("data-stage", "user")
    expect(page.locator(".turn.assistant .prose")).to_be_visible()
    expect(asked).to_be_visible()
    page.keyboard.type("And then?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("And then?")).to_be_visible()  # own words are never hidden
    expect(cards).to_have_count(3)
    expect(cards.nth(0)).to_be_hidden()
    for key in ("1", "4"):
        page.keyboard.press(key)
    expect(page.locator("#text")).to_be_focused()
    url = page.url
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_url("**/work/")
    page.goto(url)  # as it was handed in
    expect(page.get_by_text("And then?")).to_be_visible()
    expect(page.locator(".turn.assistant .prose").nth(0)).to_be_hidden()
    expect(page.get_by_text("Tell me of the battle.")).to_be_hidden()
