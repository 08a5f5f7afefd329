"""Nothing of a dialogue is lost or changed behind the labeler's back: reloads, waits, two tabs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from annotation.models import (
    Membership,
    Turn,
)
from tests.browser.dialogue_talk import (
    SignIn,
    cards,
    dialogue_start,
    hold,
    keys,
    leave,
    ready,
    say,
    stage,
    text,
)
from tests.cast import Cast


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[..., Page]:
    return dialogue_start(sign_in, cast)


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


def test_a_message_that_came_second_is_never_put_into_the_answer(
    start: Callable[..., Page],
) -> None:
    page = start()
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    say(page, "Hello")
    cards(page)
    say(other, "From the second tab")
    expect(other.locator("#desk-error")).to_contain_text("has gone on")
    stage(other, "choice")
    expect(text(other)).to_have_value("")
    keys(other, "Control+Enter")
    expect(other.locator("#later")).to_contain_text("kept until its turn comes")
    other.locator("#later").click()
    expect(other.locator(".later pre")).to_have_text("From the second tab")
    expect(other.locator("#saved")).to_contain_text("Draft saved")
    other.reload()
    ready(other)
    keys(other, "1", "2")
    stage(other, "user")
    expect(text(other)).to_have_value("From the second tab")
    assert list(Turn.objects.values_list("provenance", flat=True)) == ["written", "picked"]


def test_what_is_changed_after_an_answer_was_lost_is_kept(start: Callable[..., Page]) -> None:
    page = start()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/dialogue/say/", lose, times=1)
    say(page, "What grows in shade")
    expect(page.locator("#desk-error")).to_contain_text("sent by itself")
    text(page).fill("What grows in deep shade, please?")
    keys(page, "Control+Enter")
    expect(page.locator("#desk-error")).to_contain_text("has gone on")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    cards(page)
    expect(page.locator(".later pre")).to_have_text("What grows in deep shade, please?")
    keys(page, "1", "2")
    stage(page, "user")
    expect(text(page)).to_have_value("What grows in deep shade, please?")
    text(page).fill("")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    expect(text(page)).to_have_value("")
