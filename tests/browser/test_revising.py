"""A labeler changes in a real browser what was handed in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Demonstration, Ranking, User
from annotation.queue.leases import shown_slots
from tests.annotation.work import claimed, demonstration_task, ranked, ranking_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def work(cast: Cast) -> str:
    """Lena has handed in a demonstration, then a ranking; a demonstration waits."""
    demonstration_task(cast.project)
    demonstration_submit(assignment=claimed(cast.lena, cast.project), text="First words.")
    ranking_task(cast.project)
    ranking_submit(assignment=claimed(cast.lena, cast.project), judgments=ranked([1, 2, 3, 4]))
    demonstration_task(cast.project)
    return "/p/everyday/work/"


def test_the_last_submission_is_one_key_away_and_changed_by_keyboard(
    work: str, sign_in: SignIn, cast: Cast
) -> None:
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#work[data-ready]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="My ranking")).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(page.locator(".card.focused")).to_be_focused()
    for key in ("1", "j", "1", "Control+Enter"):  # B ties with A
        page.keyboard.press(key)
    expect(page.get_by_text("Saved: this is revision 2.")).to_be_visible()
    expect(page.get_by_text("B: 2 → 1")).to_be_visible()
    ranking = Ranking.objects.get(is_current=True)
    assert sorted(each.rank or 0 for each in ranking.judgments.all()) == [1, 1, 2, 3]
    assert page.evaluate("localStorage.length") == 0
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()


def edit(page: Page, base: str) -> Page:
    mine = Assignment.objects.get(demonstrations__isnull=False)
    page.goto(f"{base}{mine.public_id}/edit/")
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def test_a_change_is_kept_in_the_browser_until_it_is_saved_or_left(
    work: str, sign_in: SignIn, cast: Cast
) -> None:
    page = sign_in(cast.lena)
    base = page.url.rstrip("/") + work
    edit(page, base)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.locator("#text").fill("Second words, half")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.wait_for_timeout(2_000)
    assert {each for each in sent if "POST" in each and "/preview/" not in each} == set()
    page.reload()
    expect(page.locator("#text")).to_have_value("Second words, half")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.get_by_role("heading", name="My demonstration")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    assert Demonstration.objects.get().text == "First words."


def test_of_two_tabs_the_later_change_is_refused_and_kept(
    work: str, sign_in: SignIn, cast: Cast
) -> None:
    page = sign_in(cast.lena)
    base = page.url.rstrip("/") + work
    edit(page, base)
    other = edit(page.context.new_page(), base)
    page.locator("#text").fill("From the first tab")
    other.locator("#text").fill("From the second tab")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="My demonstration")).to_be_visible()
    other.keyboard.press("Control+Enter")
    expect(other.get_by_role("alert")).to_contain_text("changed in another tab")
    expect(other.locator("#text")).to_have_value("From the second tab")
    other.locator("#text").press_sequentially("!")
    other.reload()
    expect(other.locator("#text")).to_have_value("From the first tab")
    other.get_by_role("button", name="Show the kept draft").click()
    expect(other.locator("#text")).to_have_value("From the second tab!")
    other.locator("#text").press("Control+Enter")
    expect(other.get_by_text("Saved: this is revision 3.")).to_be_visible()


def test_a_change_that_came_too_late_is_shown_and_can_be_copied(
    work: str, sign_in: SignIn, cast: Cast
) -> None:
    page = sign_in(cast.lena)
    home = page.url
    edit(page, home.rstrip("/") + work)
    text = page.locator("#text")
    text.fill("Words that came late")
    Assignment.objects.update(ended_at=timezone.now() - timedelta(days=1))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("is over")
    page.goto(home)
    page.get_by_role("link", name="Begun and not handed in").click()
    page.locator("#unfinished").get_by_role("link").click()
    panel = page.locator("#not-taken")
    expect(panel.locator("pre")).to_have_text("Words that came late")
    expect(panel).to_contain_text("A change that was not saved")
    expect(panel.get_by_role("button", name="Go on with this change")).to_be_hidden()
    Assignment.objects.update(ended_at=timezone.now())
    page.reload()
    panel.get_by_role("button", name="Go on with this change").click()
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(text).to_have_value("Words that came late")
    text.fill("First words.")  # as it was: there is nothing left to keep
    assert page.evaluate("localStorage.length") == 0
    text.fill("Late, and wanted")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved: this is revision 2.")).to_be_visible()
    expect(panel).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0


def test_ranks_placed_in_another_tab_are_told_and_can_be_taken_over(
    sign_in: SignIn, cast: Cast
) -> None:
    ranking_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#work[data-ready]")).to_be_visible()
    lease = Assignment.objects.get()
    for key in ("2", "1", "2", "3", "l", "5"):  # A, B, C, D; then a score for the one in front
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    said = [JudgmentInput(rank, 7) for rank in (1, 2, 3, 4)]
    ranking_submit(assignment=lease, judgments=said)  # in another tab
    page.keyboard.press("Control+Enter")
    panel = page.locator("#not-taken")
    expect(panel.locator("pre")).to_contain_text("Ranks: B 1, A 2 = C 2, D 3")
    expect(panel.locator("pre")).to_contain_text("5 of 7")
    panel.get_by_role("button", name="Take it over").click()
    expect(page.locator("#work[data-ready]")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved: this is revision 2.")).to_be_visible()
    expect(panel).to_be_hidden()
    ranking = Ranking.objects.get(is_current=True)
    held = {each.completion_id: each.rank for each in ranking.judgments.all()}
    assert [held[slot.completion_id] for slot in shown_slots(lease)] == [2, 1, 2, 3]
    assert page.evaluate("localStorage.length") == 0
