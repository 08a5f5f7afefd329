"""A labeler ranks in a real browser; what is stored must be what the screen showed.

Every answer is found by its text, on the screen and in the database: the order shown is a
permutation, and an inverse taken for the permutation itself would be caught here.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Assignment, Ranking, Task
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from tests.annotation.work import prompt_make, ranking_task
from tests.browser.ranking_desk import (
    SignIn,
    card,
    cards,
    dense,
    drag,
    drag_to,
    gap,
    group,
    ladder,
    ranking_start,
    ready,
    screen,
    stored,
    submit,
)
from tests.cast import Cast

K = [4, 9]
RANDOM_STEPS = Path(__file__).with_name("random_steps.js")


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[int], Page]:
    return ranking_start(sign_in, cast)


def slots_with_ties(k: int) -> list[int]:
    """A rank for each answer in the order shown: ties and gaps among them, and no pattern."""
    drawn = random.Random(k)
    slots = [drawn.randint(1, k) for _ in range(k)]
    slots[1] = slots[-1]
    return slots


@pytest.mark.parametrize("k", K)
def test_ranking_by_keyboard_stores_what_the_screen_showed(
    start: Callable[[int], Page], k: int
) -> None:
    page = start(k)
    slots = slots_with_ties(k)
    for slot in slots:
        page.keyboard.press(str(slot))
    shown = screen(page)
    assert list(ladder(page).values()) == sorted(slots)
    assert {text: shown[text] for text in shown} == {
        card(page, i).locator(".card-text").inner_text().strip(): slot
        for i, slot in enumerate(slots)
    }
    submit(page)
    assert stored() == dense(shown)
    assert Task.objects.get().state == Task.State.DONE


@pytest.mark.parametrize("k", K)
def test_ranking_by_drag_stores_what_the_screen_showed(
    start: Callable[[int], Page], k: int
) -> None:
    page = start(k)
    slots = slots_with_ties(k)
    for index, slot in enumerate(slots):
        if index % 3 == 2:  # the ladder's letters are dragged as well
            letter = page.locator(f".letters .letter[data-index='{index}']")
            drag(page, letter, page.locator(f".letters[data-slot='{slot}']"))
        else:
            drag(page, card(page, index).locator(".card-top"), group(page, slot))
        expect(group(page, slot).locator(f"#card-{index}")).to_be_visible()
    shown = screen(page)
    submit(page)
    assert stored() == dense(shown)


def test_every_order_shown_comes_back_right(
    start: Callable[[int], Page], sign_in: SignIn, cast: Cast
) -> None:
    """Several tasks, each in a random order: strict ranks decided by text alone."""
    for _ in range(3):
        ranking_task(cast.project, k=5)
    page = start(5)
    for done in range(1, 5):
        texts = cards(page).locator(".card-text").all_inner_texts()
        best_last = sorted(texts, reverse=True)  # "Answer 4." is best, by decree
        for text in texts:
            page.keyboard.press(str(best_last.index(text) + 1))
        page.keyboard.press("Control+Enter")
        if done < 4:
            expect(page.get_by_text(f"{done} done today")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    orders = {tuple(each.order) for each in Assignment.objects.all()}
    assert len(orders) > 1
    for ranking in Ranking.objects.all():
        by_text = {each.completion.text: each.rank for each in ranking.judgments.all()}
        assert by_text == {f"Answer {i}.": 5 - i for i in range(5)}


def test_scores_flags_and_the_note_are_stored_with_their_answer(
    start: Callable[[int], Page],
) -> None:
    page = start(4)
    texts = cards(page).locator(".card-text").all_inner_texts()
    for key in ("a", "4", "l", "6", "1", "l", "2", "f", "3", "2"):  # A: 6 of 7; B: 2 of 7, flag 3
        page.keyboard.press(key)
    page.get_by_role("button", name="7", exact=True).click()  # C, by mouse
    page.get_by_role("checkbox", name="Fails the instruction").check()
    expect(card(page, 2).locator(".card-state")).to_have_text("7 of 7")
    expect(card(page, 2).locator(".card-flags")).to_have_text("Fails the instruction")
    card(page, 2).focus()
    page.keyboard.press("2")
    page.keyboard.press("3")
    page.locator("#note").fill("B invents a city.")
    submit(page)
    ranking = Ranking.objects.get()
    assert (ranking.note, ranking.annotations) == ("B invents a city.", ["closed_domain"])
    said = {
        each.completion.text: (each.rank, each.likert, each.flags)
        for each in ranking.judgments.select_related("completion")
    }
    assert said == {
        texts[0]: (1, 6, []),
        texts[1]: (2, 2, ["hallucination"]),
        texts[2]: (2, 7, ["fails"]),
        texts[3]: (3, None, []),
    }


def test_undo_and_redo(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("2", "1", "u"):
        page.keyboard.press(key)
    assert ladder(page) == {"A": 2, "B": 0, "C": 0, "D": 0}
    page.keyboard.press("u")
    assert set(ladder(page).values()) == {0}
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("r")
    page.keyboard.press("Control+Shift+Z")
    assert ladder(page) == {"A": 2, "B": 1, "C": 0, "D": 0}
    page.keyboard.press("0")
    page.get_by_role("button", name="Undo").click()
    assert ladder(page) == {"A": 2, "B": 1, "C": 0, "D": 0}


def test_an_answer_is_put_between_two_others(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("1", "2", "3", "Shift+Digit2"):
        page.keyboard.press(key)
    assert ladder(page) == {"A": 1, "D": 2, "B": 3, "C": 4}
    page.keyboard.press("Shift+ArrowUp")
    assert ladder(page) == {"A": 1, "D": 1, "B": 3, "C": 4}


@pytest.mark.parametrize("k", K)
def test_an_answer_is_dropped_between_two_ranks(start: Callable[[int], Page], k: int) -> None:
    page = start(k)
    for slot in range(1, k + 1):
        page.keyboard.press(str(slot))
    letter = page.locator(".letters .letter")
    drag_to(page, letter.nth(0), gap(page, 3))  # the others move up: there is no gap below
    expect(page.locator(".insert-above, .insert-below")).to_have_count(1)
    expect(page.locator(".drop-here")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(".insert-above, .insert-below")).to_have_count(0)
    assert list(ladder(page))[:4] == ["B", "A", "C", "D"]
    assert list(ladder(page).values()) == list(range(1, k + 1))
    expect(page.locator("#live")).to_have_text("Answer A: rank 2. 0 left.")
    expect(card(page, 0)).to_be_focused()
    drag_to(page, letter.nth(1), gap(page, k, below=True))  # behind the last
    page.mouse.up()
    assert list(ladder(page))[-2:] == ["DI"[k > 4], "A"]
    drag_to(page, card(page, 2).locator(".card-top"), gap(page, 1))  # a card as well
    page.mouse.up()
    assert list(ladder(page))[:2] == ["C", "B"]
    assert list(ladder(page).values()) == list(range(1, k + 1))
    shown = screen(page)
    submit(page)
    assert stored() == dense(shown)


def test_the_mouse_moves_an_answer_up_and_down(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("1", "2", "3", "4"):
        page.keyboard.press(key)
    up = page.get_by_role("button", name="Move answer D one rank up")
    expect(page.get_by_role("button", name="Move answer D one rank down")).to_be_disabled()
    up.click()
    expect(page.locator("#live")).to_have_text("Answer D: rank 3. 0 left.")
    up.click()
    assert ladder(page) == {"A": 1, "B": 2, "D": 2, "C": 3}
    page.get_by_role("button", name="Move answer D one rank down").click()
    assert ladder(page) == {"A": 1, "B": 2, "C": 3, "D": 3}


def test_what_can_be_undone_outlives_a_reload(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("1", "2", "f", "2", "f", "1", "u", "u", "r"):
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    assert ladder(page) == {"A": 1, "B": 2, "C": 0, "D": 0}
    page.keyboard.press("r")
    expect(card(page, 2).locator(".card-flags")).to_contain_text("Fails the instruction")
    page.keyboard.press("u")
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    page.keyboard.press("3")
    page.reload()  # the server has not heard of this
    ready(page)
    assert ladder(page) == {"A": 1, "B": 2, "C": 3, "D": 0}
    for left in (2, 2, 3, 4):  # the rank of C, its flag, and the two ranks before
        page.keyboard.press("u")
        assert list(ladder(page).values()).count(0) == left
    expect(page.locator("#undo")).to_be_disabled()
    page.unroute("**/draft/")
    for key in ("4", "3", "2", "1"):
        page.keyboard.press(key)
    submit(page)
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => /undo/.test(key))") == []


def test_what_was_changed_elsewhere_is_not_undone(start: Callable[[int], Page]) -> None:
    page = start(4)
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    assignment = Assignment.objects.get()
    assert assignment.draft
    assignment.draft["slots"] = [2, 0, 0, 0]
    assignment.save()
    page.reload()
    ready(page)
    assert ladder(page) == {"A": 2, "B": 0, "C": 0, "D": 0}
    expect(page.locator("#undo")).to_be_disabled()


def test_a_reload_in_the_middle_restores_everything(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("l", "5", "2", "f", "1", "1"):
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    before = page.locator(".card-text").all_inner_texts(), ladder(page)
    page.reload()
    ready(page)
    assert (page.locator(".card-text").all_inner_texts(), ladder(page)) == before
    expect(card(page, 0)).to_contain_text("5 of 7")
    expect(card(page, 1)).to_contain_text("Fails the instruction")


def test_a_reload_before_the_server_heard_restores_from_the_browser(
    start: Callable[[int], Page],
) -> None:
    page = start(4)
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    page.keyboard.press("3")
    page.keyboard.press("1")
    page.reload()
    ready(page)
    assert ladder(page) == {"B": 1, "A": 3, "C": 0, "D": 0}


def test_none_acceptable_keeps_no_ranks(start: Callable[[int], Page]) -> None:
    page = start(4)
    for key in ("1", "l", "2", "n"):
        page.keyboard.press(key)
    expect(page.get_by_text("None of these is acceptable.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("None of these is acceptable.")).to_be_hidden()
    page.get_by_role("button", name="None acceptable").click()
    submit(page)
    ranking = Ranking.objects.get()
    assert ranking.outcome == Ranking.Outcome.NONE_ACCEPTABLE
    assert {each.rank for each in ranking.judgments.all()} == {None}
    assert sorted(each.likert or 0 for each in ranking.judgments.all()) == [0, 0, 0, 2]


def test_nothing_is_submitted_before_all_are_placed(start: Callable[[int], Page]) -> None:
    page = start(4)
    page.keyboard.press("1")
    expect(page.locator("#left-text")).to_have_text("3 left to rank")
    page.get_by_role("button", name="Submit").click(force=True)  # it is aria-disabled, and says why
    expect(page.get_by_role("alert")).to_contain_text("3 left to rank")
    assert not Ranking.objects.exists()


def test_escape_leaves_the_note_and_digits_rank_again(start: Callable[[int], Page]) -> None:
    page = start(4)
    page.keyboard.press("2")
    page.locator("#note").click()
    page.keyboard.type("See 3")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    assert ladder(page) == {"A": 2, "B": 1, "C": 0, "D": 0}
    expect(page.locator("#note")).to_have_value("See 3")


def test_skip_by_key(start: Callable[[int], Page]) -> None:
    page = start(4)
    page.keyboard.press("s")
    page.get_by_label("The task is unclear").check()
    page.get_by_role("button", name="Skip it").click()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert Assignment.objects.get().skip_reason == Assignment.SkipReason.UNCLEAR


def test_two_answers_are_compared_side_by_side(start: Callable[[int], Page]) -> None:
    page = start(4)
    texts = cards(page).locator(".card-text").all_inner_texts()
    for key in ("c", "j", "j", "c"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog")
    assert dialog.locator(".prose").all_inner_texts() == [texts[0], texts[2]]
    page.keyboard.press("2")  # for the right one, which is in front
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("1")
    expect(dialog.locator(".pane-state")).to_have_text(["rank 1", "rank 2"])
    dialog.get_by_role("button", name="Give answer C rank 1").click()
    expect(dialog.locator(".pane-state")).to_have_text(
        ["rank 1 · tied with C", "rank 1 · tied with A"]
    )
    page.keyboard.press("u")
    page.keyboard.press("j")  # no other key reaches the ranking behind
    page.keyboard.press("Escape")
    expect(card(page, 2)).to_be_focused()
    assert ladder(page) == {"A": 1, "C": 2, "B": 0, "D": 0}
    for key in ("c", "ArrowLeft", "Shift+Digit2"):  # A is still pinned
        page.keyboard.press(key)
    assert ladder(page) == {"A": 2, "C": 3, "B": 0, "D": 0}
    dialog.get_by_role("button", name="Move answer A one rank up").click()
    dialog.get_by_role("button", name="Insert").nth(1).click()
    dialog.get_by_role("button", name="Insert answer C at rank 1").click()
    assert ladder(page) == {"C": 1, "A": 2, "B": 0, "D": 0}
    dialog.get_by_role("button", name="Take answer C's rank away").click()
    page.keyboard.press("2")  # keys go on, though that button can be pressed no more
    assert ladder(page) == {"A": 2, "C": 2, "B": 0, "D": 0}
    page.keyboard.press("Escape")
    for key in ("k", "k", "c"):
        page.keyboard.press(key)
    expect(dialog.locator(".letter")).to_have_text(["A", "D"])
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".card.pinned")).to_have_count(0)


def test_differences_are_marked_in_the_text_as_written(sign_in: SignIn, cast: Cast) -> None:
    prompt = prompt_make(cast.project)
    left = "The **cat** sat.\n\n" + "Same line here.\n\n" * 60 + "\u043c\u0438\u0440 end"
    right = left.replace("cat", "black cat").replace("end", "over")
    texts = [left, right, "x <b>", "y"]
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    kind = Task.Kind.RANKING
    task = task_create(project=cast.project, kind=kind, prompt=prompt, completions=answers)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    ready(page)
    order = Assignment.objects.get(task=task).order
    for slot in (0, 1):
        card(page, order.index(slot)).focus()
        page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    assert "differences.js" not in page.content()
    page.keyboard.press("d")
    plain = dialog.locator(".plain-text")
    expect(plain.locator("del")).to_have_text(["end"])
    expect(plain.locator("ins")).to_have_text(["black ", "over"])
    assert plain.evaluate_all("each => each.map((one) => one.textContent)") == [left, right]
    panes = dialog.locator(".pane")
    panes.nth(1).press("End")  # they scroll together
    expect(plain.nth(0).locator("del")).to_be_in_viewport()
    page.keyboard.press("d")
    expect(plain.nth(0)).to_be_hidden()
    expect(dialog.locator(".prose strong")).to_have_text(["cat", "black cat"])


def test_the_state_machine_never_loses_an_answer(start: Callable[[int], Page]) -> None:
    """Random steps on the pure core: an answer put in alone keeps all others' relative order."""
    page = start(4)
    faults = page.evaluate(RANDOM_STEPS.read_text())
    assert faults == []
