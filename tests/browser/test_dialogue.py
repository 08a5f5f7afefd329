"""A labeler holds conversations in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotation.integrity import faults_find
from annotation.models import (
    Assignment,
    Conversation,
    Demonstration,
    Ranking,
    Turn,
)
from tests.annotation.work import SCRIPT, demonstration_task
from tests.browser.dialogue_talk import SignIn, cards, dialogue_start, keys, leave, say, stage, text
from tests.cast import Cast


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[..., Page]:
    return dialogue_start(sign_in, cast)


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


def test_a_red_team_picks_the_worse_answer_by_keyboard(
    start: Callable[..., Page], cast: Cast
) -> None:
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "worst"
    cast.project.save()
    page = start(min_turns=1)
    expect(page.locator(".conversation")).to_contain_text("choose the worse answer")
    say(page, "Hello")
    shown = cards(page)
    expect(page.locator("#talk-log")).to_contain_text("Pick the worse answer here")
    expect(page.locator("#live")).to_contain_text("Which is worse?")
    expect(page.get_by_role("radio", name="seriously")).to_be_disabled()
    keys(page, "1")
    expect(page.locator("#live")).to_contain_text("How severely does it break the rules?")
    page.get_by_role("button", name="Worse", exact=True).click(force=True)
    expect(page.locator("#desk-error")).to_contain_text("Say first how severely")
    keys(page, "4")
    expect(page.get_by_role("radio", name="extremely")).to_be_checked()
    expect(page.locator("#live")).to_contain_text("How much worse is A?")
    page.locator(".choice-card").nth(1).click()  # another answer, another severity
    expect(page.get_by_role("radio", name="extremely")).not_to_be_checked()
    expect(page.locator("#strength-hint")).to_have_text("How much worse is B?")
    keys(page, "0", "0")  # not at all; then none after all
    expect(page.locator(".choice-card :checked")).to_have_count(0)
    keys(page, "2", "3", "4")
    stage(page, "user")
    expect(page.locator(".turn.assistant .prose")).to_have_text(shown[1])
    expect(page.locator(".told")).to_have_text("B · significantly worse · severity 3")
    first_url = page.url
    leave(page, "f")
    page.wait_for_url(lambda url: url != first_url)
    ranking = Ranking.objects.get()
    worst = ranking.judgments.get(rank=2)
    assert (worst.completion.text, worst.severity) == (shown[1], 3)
    assert (ranking.aim, ranking.judgments.filter(rank=1).count()) == ("worst", 2)
    assert list(faults_find()) == []


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


@pytest.mark.parametrize("last", ["pick", "undo"])
def test_control_enter_finishes_whatever_was_pressed_before(
    start: Callable[..., Page], last: str
) -> None:
    page = start(min_turns=1)
    say(page, "Hello")
    cards(page)
    keys(page, "1", "2")
    stage(page, "user")
    if last == "undo":
        say(page, "More")
        cards(page)
        keys(page, "u")
        stage(page, "user")
        text(page).fill("")
    first_url = page.url
    leave(page, "Control+Enter")
    page.wait_for_url(lambda url: url != first_url)
    assert Conversation.objects.get().state == "finished"
    assert Turn.objects.count() == 2


def test_a_box_that_was_made_taller_breaks_no_rule_of_the_page(
    start: Callable[..., Page],
) -> None:
    page = start(mode="both_sides")
    box = text(page).bounding_box()
    assert box
    corner = box["x"] + box["width"] - 5, box["y"] + box["height"] - 5
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0], corner[1] + 40, steps=4)
    page.mouse.up()
    assert text(page).get_attribute("style")
    text(page).focus()
    say(page, "Hello")
    stage(page, "assistant")  # its console stays free of errors


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


def test_the_first_message_is_written_near_the_topic(start: Callable[..., Page]) -> None:
    page = start(topics=["Your garden"])
    page.set_viewport_size({"width": 1280, "height": 720})
    box = text(page).bounding_box()
    assert box
    assert box["y"] < 240
