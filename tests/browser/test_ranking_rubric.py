"""What the rubric asks on the ranking page: annotations, conditional flags, grades, strength."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Project, Ranking
from annotation.people.projects import project_update
from tests.annotation.work import ranking_task
from tests.browser.ranking_desk import SignIn, card, ladder, ready, submit
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
    page.locator("#annotations summary").click()
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
    expect(page.locator("[value=closed_domain]")).to_be_checked()
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
    bar = page.get_by_role("region", name="How much better is")
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


def test_a_key_for_what_is_not_asked_ranks_nothing(start: Start) -> None:
    page = start(strength="optional", likert=None, flags=[], annotations=[])
    hint = page.locator("#judgment-hint")
    press(page, "1 1 2 3 g")
    expect(hint).to_have_text("Nothing to weigh yet: rank all, with one best.")
    expect(page.locator("#live")).to_have_text(hint.inner_text())
    before = ladder(page)
    press(page, "4")
    expect(hint).to_have_text("")
    for key in "lvfa":
        press(page, key)
        expect(hint).to_have_text("Not asked here.")
        press(page, "4")
        press(page, f"{key} Shift+Digit1")
    assert ladder(page) == before
    press(page, "4")  # the one after that ranks again
    assert ladder(page) == {"A": 1, "B": 1, "C": 2, "D": 4}


@pytest.mark.browser_context_args(
    viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
)
def test_a_phone_asks_for_the_strength_above_the_foot(start: Start) -> None:
    page = start(strength="optional")
    field = page.get_by_role("combobox", name="How much better is A than B?")
    press(page, "1 2 3")
    expect(field).to_be_hidden()
    press(page, "4")
    expect(field).to_be_in_viewport(ratio=1)
    foot = page.locator(".desk-end").bounding_box()
    assert foot
    assert foot["height"] < 844 / 4
    field.select_option("Better")
    expect(page.locator("#live")).to_have_text("Better.")
    page.get_by_role("button", name="Undo").tap()
    expect(field).to_have_value("")
    page.get_by_role("button", name="Redo").tap()
    expect(field).to_have_value("2")
    page.get_by_role("button", name="Submit").tap()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert Ranking.objects.get().strength == Ranking.Strength.BETTER


def test_flags_that_the_rubric_drops_are_named(start: Start, cast: Cast) -> None:
    page = start()
    press(page, "f 1 f 2 j f 2")  # fails and unfit, of A; unfit, of B
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    rubric = Project.objects.get(pk=cast.project.pk).rubric
    unfit, *others = rubric["flags"][1:]
    flags = [{**unfit, "only": ["closed_domain"]}, *others]
    project_update(actor=cast.ada, project=cast.project, rubric={**rubric, "flags": flags})
    page.reload()
    ready(page)
    left_out = "The rubric has changed. No longer asked, so left out here: "
    expect(page.get_by_text(f"{left_out}fails (A).")).to_be_visible()
    expect(page.locator("#cleared")).to_have_text(
        f"{left_out}Not fit for a customer assistant (A, B)."
    )
    expect(card(page, 0).locator(".card-flags")).to_have_text("")


def test_flags_of_a_kept_draft_that_the_rubric_drops_are_named(start: Start, cast: Cast) -> None:
    page = start()
    page.route("**/draft/", lambda route: route.abort())
    press(page, "f 1 1")
    rubric = Project.objects.get(pk=cast.project.pk).rubric
    changed = {**rubric, "flags": rubric["flags"][1:]}
    project_update(actor=cast.ada, project=cast.project, rubric=changed)
    page.reload()
    ready(page)
    expect(page.locator("#cleared")).to_contain_text("left out here: fails (A).")
    expect(page.locator(".group[data-slot='1'] .card")).to_have_count(1)
