"""A labeler holds conversations in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

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


def hold(page: Page, name: str) -> list[Route]:
    """What is sent for this step, held up until the test lets it go on."""
    held: list[Route] = []
    page.route(f"**/dialogue/{name}/", lambda route: held.append(route))
    return held


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
    page.get_by_role("button", name="Discard it").click()  # what was typed, and not sent
    assert page.evaluate("localStorage.length") == 0


def test_a_reload_keeps_the_chosen_answer_until_its_turn_is_over(
    start: Callable[..., Page],
) -> None:
    page = start()
    say(page, "Hello")
    cards(page)
    with page.expect_response("**/draft/"):
        keys(page, "2")
    page.reload()
    ready(page)
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    expect(page.locator("#strength-hint")).to_have_text("How much better is B?")
    page.locator(".choice-card").nth(2).click()
    page.reload()  # before the server has it
    ready(page)
    expect(page.locator("[name=answer]").nth(2)).to_be_checked()
    keys(page, "4")
    stage(page, "user")
    assert Turn.objects.get(role="assistant").strength == 3
    say(page, "More")
    cards(page)
    page.reload()
    ready(page)
    expect(page.locator("[name=answer]:checked")).to_have_count(0)
    expect(page.locator("#kept")).to_be_hidden()


@pytest.fixture
def worst_of_two(start: Callable[..., Page], cast: Cast) -> Page:
    """The worse answer is asked for, and how bad it is."""
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "worst"
    cast.project.save()
    page = start()
    say(page, "Hello")
    cards(page)
    return page


def test_a_reload_keeps_the_severity_of_the_chosen_answer(worst_of_two: Page) -> None:
    page = worst_of_two
    with page.expect_response("**/draft/"):
        keys(page, "1", "3")
    page.reload()
    ready(page)
    expect(page.get_by_role("radio", name="seriously")).to_be_checked()
    expect(page.locator("#strength-hint")).to_have_text("How much worse is A?")
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    page.locator(".choice-card").nth(1).click()
    keys(page, "2")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.unroute("**/draft/")
    page.reload()
    ready(page)
    expect(page.locator("[name=answer]").nth(1)).to_be_checked()
    expect(page.get_by_role("radio", name="clearly")).to_be_checked()
    keys(page, "4")
    stage(page, "user")
    assert Turn.objects.get(role="assistant").severity == 2


def test_on_a_phone_both_questions_of_a_pick_leave_the_answers_in_view(worst_of_two: Page) -> None:
    page = worst_of_two
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    instead = page.locator("#instead summary").bounding_box()
    foot = page.locator(".desk-foot").bounding_box()
    composer = page.locator(".composer").bounding_box()
    assert instead
    assert foot
    assert composer
    assert instead["y"] + instead["height"] <= foot["y"]
    assert composer["height"] < 844 / 4
    widths = page.locator(".strengths .btn").evaluate_all(
        "each => each.map((one) => one.scrollWidth - one.clientWidth)"
    )
    assert max(widths) == 0  # no word sticks out


def test_while_a_step_is_sent_nothing_is_changed(start: Callable[..., Page]) -> None:
    page = start()
    held = hold(page, "say")
    say(page, "Hello")
    sending = page.locator("#step-sending")
    expect(sending).to_be_visible()
    expect(text(page)).not_to_be_editable()
    page.keyboard.type(" Typed while it was sent.")
    keys(page, "Control+Enter")
    page.get_by_role("button", name="Finish").click(force=True)
    expect(page.locator("#desk-error")).to_have_text("Wait until this is sent.")
    held[0].fulfill(status=500)
    expect(page.locator("#desk-error")).to_contain_text("not sent")
    expect(sending).to_be_hidden()
    expect(text(page)).to_have_value("Hello")
    text(page).press_sequentially(" you")
    keys(page, "Control+Enter")
    expect(sending).to_be_visible()
    assert len(held) == 2
    held[1].continue_()
    shown = cards(page)
    expect(page.locator(".turn.user .prose")).to_have_text("Hello you")

    held = hold(page, "pick")
    keys(page, "1", "2")
    expect(sending).to_be_visible()
    keys(page, "0", "2", "3", "u")
    page.locator(".choice-card").nth(2).click()
    expect(page.locator("[name=answer]").nth(0)).to_be_checked()
    assert len(held) == 1
    held[0].continue_()
    stage(page, "user")
    expect(sending).to_be_hidden()
    expect(page.locator(".turn.assistant .prose")).to_have_text(shown[0])
    expect(text(page)).to_be_editable()


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


def test_undo_puts_no_answer_into_the_users_message(start: Callable[..., Page]) -> None:
    page = start()
    say(page, "Hello")
    cards(page)
    keys(page, "1", "1")
    stage(page, "user")
    say(page, "And dogs?")
    cards(page)
    keys(page, "n")
    say(page, "My own answer")
    stage(page, "user")
    page.keyboard.type("Half")
    leave(page, "u")
    stage(page, "choice")
    expect(text(page)).to_have_value("My own answer")
    leave(page, "u")
    stage(page, "user")
    expect(text(page)).to_have_value("And dogs?")
    expect(page.locator("#later")).to_contain_text("kept until its turn comes")
    with page.expect_response("**/draft/"):
        page.keyboard.type("!")
    page.reload()
    ready(page)
    expect(text(page)).to_have_value("And dogs?!")
    say(page, "!")
    cards(page)
    expect(text(page)).to_have_value("My own answer")
    keys(page, "Control+Enter")
    stage(page, "user")
    expect(text(page)).to_have_value("Half")
    expect(page.locator("#later")).to_have_count(0)


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


def test_what_was_written_instead_is_kept_when_an_answer_is_picked(
    start: Callable[..., Page],
) -> None:
    page = start()
    say(page, "Hello")
    cards(page)
    keys(page, "n")
    page.keyboard.type("My own, half done")
    leave(page, "2", "3")
    stage(page, "user")
    kept = page.locator("#kept")
    expect(kept).to_contain_text("What you had written instead is kept in this browser.")
    expect(text(page)).to_have_value("")
    page.keyboard.type("More")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    expect(kept).to_be_visible()
    page.get_by_role("button", name="Show the kept draft").click()
    expect(text(page)).to_have_value("My own, half done")
    page.get_by_role("button", name="Show the kept draft").click()
    expect(text(page)).to_have_value("More")
    text(page).fill("")
    leave(page, "u")  # the pick is taken back: the text belongs here again
    stage(page, "choice")
    page.get_by_role("button", name="Show the kept draft").click()
    expect(text(page)).to_have_value("My own, half done")
    expect(text(page)).to_be_focused()
    expect(kept).to_be_hidden()
    keys(page, "Control+Enter")
    stage(page, "user")
    expect(page.locator(".turn.assistant .prose")).to_have_text("My own, half done")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    assert page.evaluate("localStorage.length") == 0


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


def test_the_first_message_is_written_near_the_topic(start: Callable[..., Page]) -> None:
    page = start(topics=["Your garden"])
    page.set_viewport_size({"width": 1280, "height": 720})
    box = text(page).bounding_box()
    assert box
    assert box["y"] < 240
