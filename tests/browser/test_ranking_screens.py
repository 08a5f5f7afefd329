"""Ranking on other screens: by fingers on a tablet and a phone, and where answers are long."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Task
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from tests.annotation.work import prompt_make
from tests.browser.ranking_desk import (
    SignIn,
    card,
    cards,
    gap,
    ladder,
    ranking_start,
    ready,
    stored,
    submit,
    touch_drag,
)
from tests.cast import Cast


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[int], Page]:
    return ranking_start(sign_in, cast)


@pytest.mark.browser_context_args(
    viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
)
def test_a_tablet_ranks_by_touch(start: Callable[[int], Page]) -> None:
    page = start(4)
    for index, slot in enumerate((2, 1, 2, 4)):
        card(page, index).locator(".card-text").tap()
        page.get_by_role("button", name=f"Give answer {'ABCD'[index]} rank {slot}").first.tap()
    assert ladder(page) == {"B": 1, "A": 2, "C": 2, "D": 4}
    low = page.evaluate(
        """() => [...document.querySelectorAll("button, .check, .chip")].map((each) =>
            [each.textContent, each.getBoundingClientRect()]).filter(([, box]) =>
            box.width && Math.min(box.width, box.height) < 24).map(([text]) => text)"""
    )
    assert low == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    rail = page.locator("#rail").bounding_box()
    assert rail
    assert rail["x"] + rail["width"] <= 820
    page.get_by_role("button", name="Submit").tap()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert sorted(rank or 0 for rank in stored().values()) == [1, 2, 2, 3]


@pytest.mark.browser_context_args(
    viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
)
def test_a_finger_drops_an_answer_between_two_ranks(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("1", "2", "3", "4"):
        page.keyboard.press(key)
    lift = touch_drag(page, page.locator(".letters .letter").nth(0), gap(page, 3))
    expect(page.locator(".insert-above, .insert-below")).to_have_count(1)
    lift()
    expect(page.locator("#live")).to_have_text("Answer A: rank 2. 0 left.")
    assert ladder(page) == {"B": 1, "A": 2, "C": 3, "D": 4}


@pytest.mark.browser_context_args(
    viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
)
def test_fingers_move_and_insert_an_answer(start: Callable[[int], Page]) -> None:
    page = start(4)
    picker = page.locator(".card .picker")
    expect(picker.get_by_text("Rank", exact=True)).to_be_visible()
    expect(page.locator(".judgment").get_by_text("Score", exact=True)).to_be_visible()
    for index in range(3):
        picker.get_by_role("button", name=f"rank {index + 1}").tap()
    insert = picker.get_by_role("button", name="Insert", exact=False).first
    insert.tap()
    expect(insert).to_have_attribute("aria-pressed", "true")
    picker.get_by_role("button", name="Insert answer D at rank 2").tap()
    expect(page.locator("#live")).to_have_text("Answer D: rank 2. 0 left.")
    assert ladder(page) == {"A": 1, "D": 2, "B": 3, "C": 4}
    expect(insert).to_have_attribute("aria-pressed", "false")  # for one rank
    picker.get_by_role("button", name="Move answer D one rank down").tap()
    assert ladder(page) == {"A": 1, "B": 3, "D": 3, "C": 4}
    for _ in range(2):
        picker.get_by_role("button", name="Move answer D one rank up").tap()
    assert ladder(page) == {"A": 1, "D": 1, "B": 3, "C": 4}
    expect(page.locator("#live")).to_have_text("Answer D: rank 1. 0 left.")
    insert.tap()
    card(page, 2).locator(".card-text").tap()  # of another answer that is not said
    expect(insert).to_have_attribute("aria-pressed", "false")
    sizes = picker.get_by_role("button").evaluate_all(
        """each => each.map((one) => one.getBoundingClientRect()).map(
            (box) => [box.width, box.height])"""
    )
    assert all(width >= 32 and height >= 40 for width, height in sizes)


@pytest.mark.browser_context_args(
    viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
)
def test_a_phone_judges_an_answer_in_its_card(start: Callable[[int], Page]) -> None:
    page = start(4)
    judgment = page.locator(".judgment")
    expect(card(page, 0).locator(".judgment")).to_have_count(1)
    last = card(page, 3).locator(".card-text")
    last.scroll_into_view_if_needed()
    at = last.bounding_box()
    last.tap()
    expect(card(page, 3).locator(".judgment")).to_have_count(1)
    now = last.bounding_box()
    assert at
    assert now
    assert abs(now["y"] - at["y"]) < 2  # where the finger found it
    judgment.get_by_role("button", name="6", exact=True).tap()
    expect(card(page, 3).locator(".card-state")).to_have_text("6 of 7")
    page.get_by_role("button", name="Submit").tap(force=True)
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    for index in (0, 1):  # what a press brings into a card moves nothing away from under it
        card(page, index).get_by_role("button", name="Compare").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#rail .judgment + .note-field")).to_have_count(1)


BENEATH = """() => {
    const foot = document.querySelector(".desk-foot"), now = document.activeElement;
    const inside = foot.contains(now) || now === document.body;
    const [edge, box] = [foot, now].map((each) => each.getBoundingClientRect());
    const covered = !inside && box.top >= edge.top && box.top < edge.bottom;
    return [now.id || now.textContent.trim().slice(0, 20), covered];
}"""


@pytest.mark.parametrize("size", [(390, 700), (320, 256)])
def test_the_foot_covers_nothing_that_has_the_focus(
    start: Callable[[int], Page], size: tuple[int, int]
) -> None:
    page = start(4)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(BENEATH))
    assert "note" in [name for name, _ in seen]
    assert [name for name, covered in seen if covered] == []


def test_on_a_phone_the_submit_stands_last_and_answers_are_compared_one_below_the_other(
    start: Callable[[int], Page],
) -> None:
    page = start(4)
    page.set_viewport_size({"width": 390, "height": 844})
    boxes = page.locator(".desk-foot > :is(a, button):visible").evaluate_all(
        """each => each.map((one) => one.getBoundingClientRect()).map(
            (box) => [box.right, box.bottom])"""
    )
    assert boxes[-1] == [max(right for right, _ in boxes), max(bottom for _, bottom in boxes)]
    assert boxes[-1][1] == boxes[-2][1]  # in one row with what is done now and then
    header = page.locator(".site-header").bounding_box()
    assert header
    assert header["height"] < 56  # one row too
    for key in ("c", "j", "c"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    widths = dialog.locator(".pane").evaluate_all("each => each.map((one) => one.offsetWidth)")
    assert min(widths) > 280
    expect(dialog.locator(".pane").nth(1)).to_be_in_viewport(ratio=1)


def long_answers(sign_in: SignIn, cast: Cast, k: int) -> Page:
    """Lena at a ranking task of k answers, each of many pages."""
    prompt = prompt_make(cast.project)
    texts = ["\n\n".join(["word " * 90] * 10) + f"end {number}" for number in range(k)]
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    kind = Task.Kind.RANKING
    task_create(project=cast.project, kind=kind, prompt=prompt, completions=answers)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    return ready(page)


def test_long_answers_leave_the_order_in_view(sign_in: SignIn, cast: Cast) -> None:
    page = long_answers(sign_in, cast, k=9)
    page.set_viewport_size({"width": 1280, "height": 720})
    for slot in range(1, 10):
        page.keyboard.press(str(slot))
        expect(page.locator(".card.focused .card-top")).to_be_in_viewport()
    heights = cards(page).evaluate_all("each => each.map((card) => card.offsetHeight)")
    assert max(heights) < 230
    card(page, 3).get_by_role("button", name="Show all").click()
    assert card(page, 3).bounding_box()["height"] > 1_000  # type: ignore[index]
    page.keyboard.press("o")
    assert card(page, 3).bounding_box()["height"] < 230  # type: ignore[index]


def test_two_long_answers_and_the_ranks_are_in_view_at_first(sign_in: SignIn, cast: Cast) -> None:
    page = long_answers(sign_in, cast, k=6)
    page.set_viewport_size({"width": 1280, "height": 720})
    for index in (0, 1):
        expect(card(page, index)).to_be_in_viewport(ratio=1)
    for slot in range(1, 7):
        expect(page.locator(f".ladder-row[data-slot='{slot}']")).to_be_in_viewport(ratio=1)


def test_where_there_is_little_height_the_page_moves_as_a_whole(
    sign_in: SignIn, cast: Cast
) -> None:
    page = long_answers(sign_in, cast, k=4)
    page.set_viewport_size({"width": 844, "height": 390})
    inside = page.locator(".conversation, #answers").evaluate_all(
        "each => each.map((one) => one.scrollHeight - one.clientHeight)"
    )
    assert inside == [0, 0]
    page.keyboard.press("j")
    expect(page.locator(".card.focused .card-top")).to_be_in_viewport(ratio=1)


def test_what_is_said_of_the_prompt_is_folded_in_one_row(start: Callable[[int], Page]) -> None:
    page = start(4)
    row, box = page.locator("#annotations"), page.get_by_role("checkbox", name="Closed domain")
    expect(row.locator("summary")).to_contain_text("nothing marked")
    expect(box).to_be_hidden()
    at = card(page, 0).bounding_box()
    page.keyboard.press("a")
    expect(box).to_be_in_viewport(ratio=1)
    assert card(page, 0).bounding_box() == at  # it covers, and moves nothing
    page.keyboard.press("4")
    expect(box).to_be_hidden()
    expect(row.locator("summary")).to_have_text(re.compile("Closed domain"))
    row.locator("summary").click()
    box.uncheck()
    expect(row.locator("summary")).to_contain_text("nothing marked")
    expect(box).to_be_visible()
    card(page, 1).click()
    expect(box).to_be_hidden()


@pytest.mark.browser_context_args(
    viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True
)
def test_fingers_are_shown_no_keys_but_in_their_list(start: Callable[[int], Page]) -> None:
    page = start(4)
    expect(page.locator("kbd:visible")).to_have_count(0)
    page.get_by_role("button", name="Keys").tap()
    expect(page.locator(".keys kbd:visible").first).to_be_visible()
    expect(page.locator("kbd:visible:not(.keys kbd)")).to_have_count(0)


def test_a_handed_in_ranking_folds_its_long_answers(sign_in: SignIn, cast: Cast) -> None:
    page = long_answers(sign_in, cast, k=4)
    for key in ("1", "2", "3", "4"):
        page.keyboard.press(key)
    submit(page)
    page.get_by_role("link", name="My submissions").click()
    page.locator(".submission-prompt a").first.click()
    more = page.get_by_role("button", name="Show all").first
    expect(more).to_be_visible()
    assert cards(page).first.bounding_box()["height"] < 400  # type: ignore[index]
    more.click()
    assert cards(page).first.bounding_box()["height"] > 1_000  # type: ignore[index]


def test_a_text_cannot_turn_itself_round_unseen(sign_in: SignIn, cast: Cast) -> None:
    prompt = prompt_make(cast.project)
    texts = ["\u202eevil txet", "second", "third", "fourth"]
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    kind = Task.Kind.RANKING
    task_create(project=cast.project, kind=kind, prompt=prompt, completions=answers)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    ready(page)
    turned = cards(page).filter(has_text="evil")
    expect(turned.locator(".control")).to_have_text("U+202E")
    turned.click()
    page.keyboard.press("c")
    cards(page).filter(has_text="second").click()
    page.keyboard.press("c")
    page.keyboard.press("d")
    expect(page.locator(".plain-text .control")).to_have_text("U+202E")
    assert "\u202e" not in page.locator("body").inner_text()
