"""What the rubric asks on the ranking page: annotations, conditional flags, grades, strength."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Ranking
from annotation.people.projects import project_update
from tests.annotation.work import ranking_task
from tests.browser.test_ranking import SignIn, card, ready, submit
from tests.cast import Cast

Start = Callable[..., Page]


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Start:
    """Lena at a ranking task of four answers under a rubric with these changes."""

    def start(**rubric: Any) -> Page:
        changed = {**cast.project.rubric, **rubric}
        project_update(actor=cast.ada, project=cast.project, rubric=changed)
        ranking_task(cast.project, k=4)
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        return ready(page)

    return start


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def test_a_conditional_flag_comes_and_goes_with_its_annotation(start: Start) -> None:
    page = start()
    made_up = page.get_by_role("checkbox", name="Makes something up")
    expect(made_up).to_be_hidden()
    press(page, "f 3")  # not asked, so nothing is set
    expect(page.locator("#undo")).to_be_disabled()
    page.get_by_role("checkbox", name="Closed domain").check()
    expect(made_up).to_be_visible()
    expect(page.locator("#live")).to_have_text("Closed domain: yes. Now asked: Makes something up.")
    press(page, "f 3 j f 3")
    expect(card(page, 1).locator(".card-flags")).to_have_text("Makes something up")
    press(page, "a 4")  # the condition no longer holds
    expect(page.locator("#cleared")).to_have_text(
        "No longer asked, so cleared: Makes something up (A, B). Undo brings it back."
    )
    expect(card(page, 0).locator(".card-flags")).to_have_text("")
    press(page, "u")
    expect(page.locator("#cleared")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Closed domain")).to_be_checked()
    expect(card(page, 0).locator(".card-flags")).to_have_text("Makes something up")
    press(page, "r")
    expect(made_up).to_be_hidden()
    expect(card(page, 0).locator(".card-flags")).to_have_text("")


def test_what_is_said_of_the_prompt_survives_a_reload_and_is_stored(start: Start) -> None:
    page = start()
    press(page, "a 4 a q a 0 f 3")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    expect(card(page, 0).locator(".card-flags")).to_have_text("Makes something up")
    press(page, "1 2 3 4 a 0")
    submit(page)
    ranking = Ranking.objects.get()
    assert ranking.annotations == ["closed_domain", "unclear"]
    assert sorted(map(len, ranking.judgments.values_list("flags", flat=True))) == [0, 0, 0, 1]


def test_a_required_grade_is_asked_for_and_gone_to(start: Start) -> None:
    page = start(likert={"worst": "bad", "best": "good", "required": True})
    press(page, "l 5 1 l 4 2 3 4")
    expect(page.locator("#left-text")).to_have_text("2 left to score")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "Each answer needs a score from 1 to 7. Without one: C, D."
    )
    expect(card(page, 2)).to_be_focused()
    press(page, "6")  # it went there with the scale armed
    page.keyboard.press("Control+Enter")
    press(page, "2")
    submit(page)
    likerts = Ranking.objects.get().judgments.values_list("likert", flat=True)
    assert sorted(filter(None, likerts)) == [2, 4, 5, 6]


def test_the_strength_is_asked_of_one_best_answer(start: Start) -> None:
    page = start(strength="required")
    bar = page.get_by_role("group", name="How much better is")
    expect(bar).to_be_hidden()
    press(page, "1 1 2 3")
    expect(bar).to_be_hidden()  # two are best
    page.locator(".letters .letter[data-index='1']").click()
    press(page, "2")
    expect(page.locator("#strength-text")).to_have_text("How much better is A than B, C?")
    expect(page.locator("#left-text")).to_have_text("Strength not said")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say how much better A is than the next")
    press(page, "3")
    better = page.get_by_role("button", name="Better", exact=True)
    expect(better).to_have_attribute("aria-pressed", "true")
    page.locator(".letters .letter[data-index='1']").click()
    press(page, "1")  # B is tied with A: of what was it said?
    expect(bar).to_be_hidden()
    press(page, "u")
    expect(better).to_have_attribute("aria-pressed", "true")
    press(page, "g 4")
    submit(page)
    assert Ranking.objects.get().strength == Ranking.Strength.SIGNIFICANT


def test_an_optional_strength_may_be_left_out(start: Start) -> None:
    page = start(strength="optional")
    press(page, "1 2 3 4 g 1 g 0")
    submit(page)
    assert Ranking.objects.get().strength is None
