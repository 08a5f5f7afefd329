"""The ranking page as a person has it before them: what is on it, and what hands do there."""

from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import Locator, Page, expect

from annotation.feedback.rankings import dense_ranks
from annotation.models import Ranking, User
from tests.annotation.work import ranking_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


def ranking_start(sign_in: SignIn, cast: Cast) -> Callable[[int], Page]:
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


def grab(page: Page, what: Locator) -> None:
    """Begin native drag and drop; a first small move starts it before anything scrolls."""
    what.hover()
    page.mouse.down()
    box = what.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 6, box["y"] + box["height"] / 2 + 6, steps=3)


def drag(page: Page, what: Locator, where: Locator) -> None:
    grab(page, what)
    where.hover()
    page.mouse.up()


def gap(page: Page, slot: int, *, below: bool = False) -> tuple[float, float]:
    """Where the ladder is open between the row of this rank and the one above, or below, it."""
    box = page.locator(f".ladder-row[data-slot='{slot}']").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + (box["height"] - 2 if below else -1)


def drag_to(page: Page, what: Locator, where: tuple[float, float]) -> None:
    """By mouse, up to the moment before it is dropped."""
    grab(page, what)
    page.mouse.move(*where, steps=5)
    page.mouse.move(*where)


def touch_drag(page: Page, what: Locator, where: tuple[float, float]) -> Callable[[], Any]:
    """By a finger that rests on it first; what is returned lifts the finger."""
    box = what.bounding_box()
    assert box
    send = partial(page.context.new_cdp_session(page).send, "Input.dispatchTouchEvent")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for step in range(7):
        at = {"x": x + (where[0] - x) * step / 6, "y": y + (where[1] - y) * step / 6}
        kind = "touchMove" if step else "touchStart"
        send({"type": kind, "touchPoints": [at]})
        expect(page.locator(".sortable-chosen").first).to_be_attached()  # it has rested long enough
    expect(page.locator("body.dragging")).to_be_attached()
    return partial(send, {"type": "touchEnd", "touchPoints": []})


def stored() -> dict[str, int | None]:
    judgments = Ranking.objects.get().judgments.select_related("completion")
    return {each.completion.text: each.rank for each in judgments}


def dense(slots: dict[str, int]) -> dict[str, int]:
    return dict(zip(slots, dense_ranks(list(slots.values())), strict=True))


def submit(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
