"""A labeler holds conversations in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from annotation.integrity import faults_find
from annotation.models import (
    Assignment,
    Conversation,
    Demonstration,
    Membership,
    Ranking,
    Turn,
    User,
)
from tests.annotation.work import SCRIPT, demonstration_task, dialogue_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[..., Page]:
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


def test_three_turns_by_keyboard(start: Callable[..., Page], cast: Cast) -> None:
    page = start(topics=["Your **garden**"])
    expect(page.locator(".topic strong")).to_have_text("garden")
    say(page, "Hello\n*there*")
    first = cards(page)
    assert sorted(first) == SCRIPT[0]
    expect(page.locator("#live")).to_contain_text("3 answers")
    keys(page, "3")
    expect(page.locator("#strength-hint")).to_have_text("How much better is C?")
    keys(page, "0", "2", "4")
    stage(page, "user")
    expect(page.locator(".turn.assistant .prose")).to_have_text(first[1])

    say(page, "More")
    second = cards(page)
    keys(page, "n")
    say(page, "My own answer")
    stage(page, "user")

    say(page, "And more")
    third = cards(page)
    keys(page, "1", "1")
    stage(page, "user")
    first_url = page.url
    leave(page, "f")
    page.wait_for_url(lambda url: url != first_url)

    rankings = list(Ranking.objects.order_by("pk"))
    assert [(each.outcome, each.strength) for each in rankings] == [
        ("ranked", 3),
        ("none_acceptable", None),
        ("ranked", 0),
    ]
    best = [each.judgments.get(rank=1).completion.text for each in (rankings[0], rankings[2])]
    assert best == [first[1], third[0]]
    assert sorted(second) == SCRIPT[1]
    demonstration = Demonstration.objects.get()
    assert demonstration.text == "My own answer"
    assert demonstration.prompt.messages[0] == {"role": "user", "content": "Hello\n*there*"}
    assert demonstration.labeler == cast.lena
    assert list(faults_find()) == []
    assert page.evaluate("localStorage.length") == 0


def test_both_sides_by_keyboard_and_undo(start: Callable[..., Page]) -> None:
    page = start(mode="both_sides", max_turns=2)
    say(page, "Hello")
    stage(page, "assistant")
    say(page, "Good day")
    stage(page, "user")
    leave(page, "u")
    stage(page, "assistant")
    expect(text(page)).to_have_value("Good day")
    say(page, ", you")
    stage(page, "user")
    say(page, "Bye")
    stage(page, "assistant")
    say(page, "See you")
    stage(page, "full")
    expect(page.locator("#submit")).to_be_focused()
    first_url = page.url
    keys(page, "Enter")
    page.wait_for_url(lambda url: url != first_url)
    assert [row.text for row in Demonstration.objects.order_by("pk")] == [
        "Good day, you",
        "See you",
    ]


def test_a_reload_loses_nothing(start: Callable[..., Page]) -> None:
    page = start()
    page.keyboard.type("Half a mess")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    expect(text(page)).to_have_value("Half a mess")
    say(page, "age")
    before = cards(page)
    page.reload()
    ready(page)
    assert cards(page) == before
    keys(page, "n")
    page.keyboard.type("Not saved on the server")
    page.reload()
    ready(page)
    expect(text(page)).to_have_value("Not saved on the server")
    assert cards(page) == before
    leave(page, "2", "3")
    stage(page, "user")
    page.reload()
    ready(page)
    expect(page.locator(".turn.assistant .prose")).to_have_text(before[1])
    expect(text(page)).to_have_value("")
    assert Turn.objects.get(role="assistant").strength == 2
    page.wait_for_function("localStorage.length === 0")


def test_where_no_answers_come_the_labeler_writes(start: Callable[..., Page]) -> None:
    page = start(script=[])
    say(page, "Hello")
    expect(page.locator(".waiting [role=alert]")).to_contain_text("Write the answer yourself")
    expect(text(page)).to_be_focused()
    leave(page, "t")
    expect(page.locator(".waiting [role=alert]")).to_be_visible()
    say(page, "Good day")
    stage(page, "user")
    assert Turn.objects.get(role="assistant").provenance == "written_instead"


def test_a_click_chooses_and_nothing_half_done_is_sent(start: Callable[..., Page]) -> None:
    page = start(min_turns=1)
    keys(page, "Control+Enter")
    expect(page.locator("#desk-error")).to_have_text("Write something first.")
    leave(page, "f")
    expect(page.locator("#desk-error")).to_contain_text("Go on for 1 more turn")
    keys(page, "e")
    say(page, "Hello")
    shown = cards(page)
    page.get_by_role("button", name="Slightly better").click(force=True)
    expect(page.locator("#desk-error")).to_have_text("Choose an answer first.")
    page.locator(".choice-card").nth(2).click()
    page.get_by_role("button", name="Slightly better").click()
    stage(page, "user")
    expect(page.locator(".turn.assistant .prose")).to_have_text(shown[2])
    page.keyboard.type("Unsent")
    leave(page, "f")
    expect(page.locator("#desk-error")).to_contain_text("not sent yet")
    assert Conversation.objects.get().state == "open"


def test_enter_on_an_answer_leads_to_the_strengths(start: Callable[..., Page]) -> None:
    page = start()
    say(page, "Hello")
    cards(page)
    keys(page, "1", "ArrowDown", "Enter")
    expect(page.locator("#strength-hint")).to_have_text("How much better is B?")
    expect(page.get_by_role("button", name="Negligibly better")).to_be_focused()
    assert Turn.objects.get(role="assistant").provenance == "offered"
    keys(page, "Tab", "Enter")
    stage(page, "user")
    assert Turn.objects.get(role="assistant").strength == 1


def test_who_is_suspended_at_work_is_told(start: Callable[..., Page], cast: Cast) -> None:
    page = start()
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    say(page, "Hello")
    expect(page.locator("#desk-error")).to_contain_text("not an active labeler")
    expect(text(page)).to_have_value("Hello")
    Membership.objects.filter(user=cast.lena).update(state="active")
    page.reload()
    ready(page)
    expect(text(page)).to_have_value("Hello")


def test_of_two_tabs_the_later_is_told(start: Callable[..., Page]) -> None:
    page = start()
    say(page, "Hello")
    cards(page)
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    keys(page, "1", "1")
    stage(page, "user")
    keys(other, "2", "2")
    expect(other.locator("#desk-error")).to_contain_text("has gone on")
    stage(other, "user")
    assert Turn.objects.get(role="assistant").strength == 0


def test_skip_and_the_next_kind_of_task(start: Callable[..., Page], cast: Cast) -> None:
    page = start()
    demonstration_task(cast.project)
    say(page, "Hello")
    cards(page)
    keys(page, "s")
    page.get_by_label("The task is unclear").check()
    page.get_by_role("button", name="Skip it").click()
    expect(page.locator("#count")).to_be_visible()
    assert Conversation.objects.get().state == "abandoned"
    assert Assignment.objects.filter(state="skipped").count() == 1
