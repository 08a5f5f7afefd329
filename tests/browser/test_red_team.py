"""A red team ranks from the worst, in a real browser, by keyboard; what is stored begins with the
best."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Assignment, Completion, Judgment, Ranking, User
from tests.annotation.work import ranking_task
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def start(sign_in: SignIn, cast: Cast) -> Callable[[str], Page]:
    """Lena at four answers of which the worst is looked for."""

    def start(severity: str) -> Page:
        cast.project.ranking_aim = "worst"
        cast.project.severity_asked = severity
        cast.project.save()
        ranking_task(cast.project, k=4)
        page = sign_in(cast.lena)
        page.get_by_role("button", name="Start").click()
        return ready(page)

    return start


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    return page


def texts(page: Page) -> list[str]:
    """In the order shown."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".card")]
            .sort((a, b) => a.dataset.index - b.dataset.index)
            .map((card) => card.querySelector(".card-text").innerText.trim())"""
    )
    return found


def test_the_worst_is_said_to_be_first_and_stored_last(start: Callable[[str], Page]) -> None:
    page = start("worst")
    shown = texts(page)
    expect(page.get_by_text("Rank 1 is the worst here.")).to_be_visible()
    expect(page.locator(".ladder-rank").first).to_have_text("1 worst")
    expect(page.locator(".ladder-rank").nth(3)).to_have_text("4 best")
    for key in "3122":
        page.keyboard.press(key)
    expect(page.locator("#card-1")).to_have_attribute("aria-label", "Answer B, rank 1, the worst")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Say how severe B is (v, then 0 to 4).")
    expect(page.locator("#card-1")).to_be_focused()
    expect(page.locator("#judgment-hint")).to_have_text("press 0–4")
    page.keyboard.press("0")
    expect(page.locator("#card-1 .card-state")).to_have_text("severity 0")
    page.keyboard.press("v")
    page.keyboard.press("3")
    expect(page.locator("#card-1 .card-state")).to_have_text("severity 3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work/")
    held = dict(Judgment.objects.values_list("completion__text", "rank"))
    assert [held[text] for text in shown] == [1, 3, 2, 2]
    assert Judgment.objects.get(severity=3).completion.text == shown[1]
    assert Judgment.objects.exclude(severity=None).count() == 1
    assert Ranking.objects.get().aim == "worst"


def test_the_page_opens_at_its_top(start: Callable[[str], Page]) -> None:
    page = start("worst")
    for answer in Completion.objects.all():
        answer.text = "A long answer.\n\n" * 40 + answer.text
        answer.save()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.reload()
    ready(page)
    expect(page.locator("#card-0")).to_be_focused()
    expect(page.get_by_text("Rank 1 is the worst here.")).to_be_in_viewport(ratio=1)


def test_only_the_worst_keeps_a_severity_where_only_it_is_asked(
    start: Callable[[str], Page],
) -> None:
    page = start("worst")
    shown = texts(page)
    for key in "1234":
        page.keyboard.press(key)
    expect(page.locator("#severity")).to_be_hidden()
    for key in ("k", "k", "k", "v", "4"):  # of A, the worst
        page.keyboard.press(key)
    for key in ("4", "k", "k", "1", "v", "2"):  # A goes to the best; B is the worst instead
        page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work/")
    assert list(Judgment.objects.exclude(severity=None).values_list("rank", "severity")) == [(3, 2)]
    assert Judgment.objects.get(severity=2).completion.text == shown[1]


def test_the_key_of_the_severity_goes_to_the_worst_or_says_why_not(
    start: Callable[[str], Page],
) -> None:
    page = start("worst")
    hint = page.locator("#judgment-hint")
    for key in ("1", "v"):
        page.keyboard.press(key)
    expect(hint).to_have_text("Rank all answers first.")
    expect(page.locator("#live")).to_have_text("Rank all answers first.")
    page.keyboard.press("3")  # of no severity, and no rank
    expect(hint).to_have_text("")
    expect(page.locator("#left")).to_have_text("3")
    for key in ("2", "2", "4", "v"):  # D stays focused, A is the worst
        page.keyboard.press(key)
    expect(page.locator("#card-0")).to_be_focused()
    expect(hint).to_have_text("press 0–4")
    page.keyboard.press("3")
    expect(page.locator("#card-0 .card-state")).to_have_text("severity 3")
    expect(page.locator("#card-3")).to_have_attribute("aria-label", "Answer D, rank 4")
    for key in ("2", "j", "j", "j"):  # A, B and C are equally bad, D stays focused
        page.keyboard.press(key)
    expect(page.locator("#card-3")).to_be_focused()
    for key in ("v", "3"):
        page.keyboard.press(key)
        said = "Severity is asked of the worst answers only: A, B, C." if key == "v" else ""
        expect(hint).to_have_text(said)
    expect(page.locator("#card-3")).to_have_attribute("aria-label", "Answer D, rank 4")


def test_each_answer_is_given_a_severity_and_a_draft_keeps_it(start: Callable[[str], Page]) -> None:
    page = start("each")
    for value in "4320":
        page.keyboard.press("v")
        page.keyboard.press(value)
        page.keyboard.press("1")  # all tie; goes on to the next
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    assert Assignment.objects.get().draft["severity"] == [4, 3, 2, 0]
    page.reload()
    ready(page)
    expect(page.locator("#card-3 .card-state")).to_contain_text("severity 0")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work/")
    assert set(Judgment.objects.values_list("severity", flat=True)) == {0, 2, 3, 4}


def test_a_draft_begun_the_other_way_round_is_turned(
    start: Callable[[str], Page], cast: Cast
) -> None:
    page = start("never")
    shown = texts(page)
    for key in "1234":
        page.keyboard.press(key)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    cast.project.ranking_aim = "best"
    cast.project.save()
    page.reload()
    ready(page)
    expect(page.get_by_text("Rank 1 is the worst here.")).to_be_hidden()
    expect(page.locator("#card-0")).to_have_attribute("aria-label", "Answer A, rank 4")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/work/")
    held = dict(Judgment.objects.values_list("completion__text", "rank"))
    assert [held[text] for text in shown] == [4, 3, 2, 1]


def test_what_the_browser_kept_of_the_other_way_round_is_turned(
    start: Callable[[str], Page], cast: Cast
) -> None:
    page = start("never")
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.unroute("**/draft/")
    cast.project.ranking_aim = "best"
    cast.project.save()
    page.reload()
    ready(page)
    expect(page.locator("#card-0")).to_have_attribute("aria-label", "Answer A, rank 4")
