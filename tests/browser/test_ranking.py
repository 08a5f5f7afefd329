"""A labeler ranks in a real browser; what is stored must be what the screen showed.

Every answer is found by its text, on the screen and in the database: the order shown is a
permutation, and an inverse taken for the permutation itself would be caught here.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from annotation.feedback.rankings import dense_ranks
from annotation.models import Assignment, Ranking, Task, User
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from tests.annotation.work import prompt_make, ranking_task
from tests.cast import Cast

SignIn = Callable[[User], Page]
K = [4, 9]
RANDOM_STEPS = Path(__file__).with_name("random_steps.js")


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[int], Page]:
    """Lena at a ranking task of k answers."""

    def start(k: int) -> Page:
        ranking_task(cast.project, k=k)
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        return ready(page)

    return start


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(page.locator(".card.focused")).to_be_focused()
    return page


def cards(page: Page) -> Locator:
    return page.locator(".card")


def card(page: Page, index: int) -> Locator:
    """By place in the order shown: 0 is letter A."""
    return page.locator(f"#card-{index}")


def group(page: Page, rank: int) -> Locator:
    return page.locator(f".cards[data-slot='{rank}']")


def screen(page: Page) -> dict[str, int]:
    """Rank slot by answer text, as a person would read it off the screen."""
    shown: dict[str, int] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".groups .cards")].flatMap(
            (list) => [...list.querySelectorAll(".card-text")].map(
                (text) => [text.innerText.trim(), Number(list.dataset.slot)])))"""
    )
    return shown


def ladder(page: Page) -> dict[str, int]:
    """Rank slot by letter, from the rail."""
    shown: dict[str, int] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".letters")].flatMap(
            (list) => [...list.children].map((each) => [each.textContent, +list.dataset.slot])))"""
    )
    return shown


def drag(page: Page, what: Locator, where: Locator) -> None:
    """By native drag and drop; a first small move starts it before anything scrolls."""
    what.hover()
    page.mouse.down()
    box = what.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 6, box["y"] + box["height"] / 2 + 6, steps=3)
    where.hover()
    page.mouse.up()


def stored() -> dict[str, int | None]:
    judgments = Ranking.objects.get().judgments.select_related("completion")
    return {each.completion.text: each.rank for each in judgments}


def dense(slots: dict[str, int]) -> dict[str, int]:
    return dict(zip(slots, dense_ranks(list(slots.values())), strict=True))


def submit(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()


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
    for key in ("k", "k", "c"):  # A is still pinned
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


def test_long_answers_leave_the_order_in_view(sign_in: SignIn, cast: Cast) -> None:
    prompt = prompt_make(cast.project)
    texts = ["\n\n".join(["word " * 90] * 10) + f"end {number}" for number in range(9)]
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    kind = Task.Kind.RANKING
    task_create(project=cast.project, kind=kind, prompt=prompt, completions=answers)
    page = sign_in(cast.lena)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("button", name="Start").click()
    ready(page)
    for slot in range(1, 10):
        page.keyboard.press(str(slot))
        expect(page.locator(".card.focused .card-top")).to_be_in_viewport()
    heights = cards(page).evaluate_all("each => each.map((card) => card.offsetHeight)")
    assert max(heights) < 230
    card(page, 3).get_by_role("button", name="Show all").click()
    assert card(page, 3).bounding_box()["height"] > 1_000  # type: ignore[index]
    page.keyboard.press("o")
    assert card(page, 3).bounding_box()["height"] < 230  # type: ignore[index]
