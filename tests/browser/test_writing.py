"""A labeler writes prompts in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from annotation.models import Demonstration, Prompt, User, Writing, WritingDraft
from tests.browser.waiting import wait_for
from tests.cast import Cast

SignIn = Callable[[User], Page]


@pytest.fixture
def page(sign_in: SignIn, cast: Cast) -> Page:
    """Lena, on her way to the writing page from her work."""
    cast.project.prompts_wanted = 20
    cast.project.user_stories = "Plan meals\nWrite to a landlord"
    cast.project.save()
    page = sign_in(cast.lena)
    page.goto(f"{page.url}p/everyday/work/")
    page.get_by_role("link", name="Write a prompt").click()
    return ready(page)


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(page.locator("#text")).to_be_focused()
    return page


def kind(page: Page, name: str) -> Page:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    return ready(page)


def test_a_plain_prompt_with_its_answer_by_keyboard(page: Page, cast: Cast) -> None:
    keys = page.keyboard
    keys.type("Name *three* birds.")
    expect(page.locator("#count")).to_have_text("3 words")
    expect(page.locator("#preview em")).to_have_text("three")
    keys.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Choose a use case.")
    expect(page.get_by_label("Use case")).to_be_focused()
    keys.type("Brain")
    expect(page.get_by_role("alert")).to_be_hidden()
    keys.press("Escape")
    keys.press("w")
    expect(page.get_by_label("Your answer")).to_be_focused()
    keys.type("Wren, owl, kite.")
    expect(page.locator("#preview .turn.assistant")).to_contain_text("Wren, owl, kite.")
    keys.press("Control+Enter")
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    ready(page)
    prompt = Prompt.objects.get()
    assert (prompt.messages[0]["content"], prompt.use_case) == (
        "Name *three* birds.",
        "brainstorming",
    )
    assert Demonstration.objects.get().text == "Wren, owl, kite."
    expect(page.locator("#text")).to_have_value("")
    expect(page.get_by_text("1 written today")).to_be_visible()
    expect(page.get_by_text("19 of 20 prompts are still wanted.")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_few_shot_group_by_keyboard(page: Page) -> None:
    kind(page, "Few-shot")
    keys = page.keyboard
    keys.type("Add the numbers.")
    page.get_by_label("Query").first.focus()
    for query, response in (("1+1", "2"), ("2+2", "4"), ("3+3", "6")):
        keys.type(query)
        keys.press("Tab")
        keys.type(response)
        keys.press("Tab")  # to Remove
        keys.press("Tab")
    expect(page.get_by_role("button", name="Add a pair")).to_be_focused()
    keys.press("Enter")
    keys.type("4+4")
    keys.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Pair 4 has no response.")
    keys.type("8")
    expect(page.locator("#preview")).to_contain_text("Prompt 4 of 4")
    page.get_by_label("Use case").select_option("other")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    ready(page)
    expect(page.get_by_label("Response")).to_have_count(4)
    keys.press("Control+Enter")
    expect(page.get_by_text("4 prompts are in.")).to_be_visible()
    assert sorted(Demonstration.objects.values_list("text", flat=True)) == ["2", "4", "6", "8"]
    assert not WritingDraft.objects.exists()


def test_pairs_come_and_go(page: Page) -> None:
    kind(page, "Few-shot")
    page.keyboard.press("Escape")
    for _ in range(7):
        page.keyboard.press("a")
        page.keyboard.press("Escape")
    expect(page.get_by_label("Query")).to_have_count(10)
    expect(page.get_by_role("button", name="Add a pair")).to_be_disabled()
    for _ in range(8):
        page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_label("Query")).to_have_count(2)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    expect(page.get_by_role("group", name="Pair 2")).to_be_visible()


def test_a_user_based_prompt_is_for_the_story_shown(page: Page) -> None:
    kind(page, "User-based")
    first = page.locator("#story-text").inner_text()
    page.keyboard.type("A task")
    page.get_by_role("link", name="Another one").click()
    ready(page)
    expect(page.locator("#text")).to_have_value("A task")
    second = page.locator("#story-text").inner_text()
    assert {first, second} == {"Plan meals", "Write to a landlord"}
    page.get_by_label("Use case").select_option("chat")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    assert Writing.objects.get().story == second


def test_any_prompt_says_what_sensitive_it_holds(page: Page) -> None:
    page.keyboard.type("What do soldiers see?")
    page.get_by_label("Use case").select_option("chat")
    page.get_by_label("Violence").check()
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Violence")).to_be_checked()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    assert Prompt.objects.get().sensitive == ["violence"]


def test_an_attack_says_what_it_aims_at(page: Page, cast: Cast) -> None:
    cast.project.ranking_aim = "worst"
    cast.project.save()
    page.goto(page.url)
    ready(page)
    expect(page.get_by_role("link", name="Attack")).to_have_attribute("aria-current", "page")
    page.keyboard.type("Pick a lock?")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.keyboard.type("Chat")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Say what harm this aims at.")
    expect(page.get_by_label("Harm that this aims at")).to_be_focused()
    page.keyboard.type("Crime")
    page.get_by_label("Violence").press(" ")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Violence")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    assert Writing.objects.get().harm == "Crime and fraud"
    assert Prompt.objects.get().sensitive == ["violence"]


def test_what_the_server_never_got_is_restored_from_the_browser(page: Page) -> None:
    page.route("**/draft/", lambda route: route.fulfill(status=409, json={"error": "no"}))
    page.keyboard.type("Written while the server was away")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.keyboard.type("And answered")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.unroute("**/draft/")
    page.reload()
    ready(page)
    expect(page.locator("#text")).to_have_value("Written while the server was away")
    expect(page.get_by_label("Your answer")).to_have_value("And answered")
    expect(page.locator("#preview")).to_contain_text("And answered")
    expect(page.locator("#saved")).to_contain_text("Draft saved")


def test_a_prompt_whose_answer_was_lost_is_handed_in_once(page: Page) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/write/plain/", lose, times=1)
    page.keyboard.type("Say it once.")
    page.get_by_label("Use case").select_option("chat")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("handed in by itself")
    assert Writing.objects.count() == 1
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Your prompt is in.").first).to_be_visible()
    assert Writing.objects.count() == 1


def test_what_is_refused_keeps_the_text_and_what_is_in_can_be_withdrawn(page: Page) -> None:
    def say(use_case: str) -> None:
        page.locator("#text").fill("Say it once.")
        page.get_by_label("Use case").select_option(use_case)
        page.keyboard.press("Control+Enter")

    say("chat")
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    ready(page)
    say("other")
    expect(page.get_by_role("alert")).to_contain_text("in the project already")
    expect(page.locator("#text")).to_have_value("Say it once.")
    page.get_by_role("link", name="What you have written").click()
    expect(page.get_by_role("cell", name="Say it once.")).to_be_visible()
    page.get_by_role("button", name="Withdraw the prompt").press("Enter")
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert Prompt.objects.count() == 1
    page.get_by_role("button", name="Withdraw the prompt").press("Enter")
    page.get_by_role("button", name="Withdraw it").press("Enter")
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    assert not Prompt.objects.exists()


def test_time_at_work_is_counted_once(page: Page) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    for _ in range(4):
        page.clock.run_for(31_000)
        page.keyboard.type("a ")
    page.reload()
    wait_for(page, lambda: WritingDraft.objects.get().active_seconds >= 120)
    assert WritingDraft.objects.get().active_seconds <= 130


def test_time_that_is_handed_in_is_not_told_besides(page: Page) -> None:
    page.clock.install()
    page.reload()
    ready(page)
    page.keyboard.type("Name three birds.")
    page.get_by_label("Use case").select_option("brainstorming")
    page.clock.run_for(23_000)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """() => {
          document.getElementById("work").requestSubmit();
          Object.defineProperty(document, "hidden", { value: true });
          document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        }"""
    )
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    assert 20 <= Writing.objects.get().active_seconds <= 29
    assert not [url for url in asked if url.endswith("/beat/")]


def test_what_another_device_wrote_since_stays_as_the_draft(page: Page, browser: Browser) -> None:
    text = page.locator("#text")
    text.fill("A first prompt")
    saved = page.locator("#saved")
    expect(saved).to_contain_text("Draft saved")
    device = browser.new_context(storage_state=page.context.storage_state())
    other = device.new_page()
    other.goto(page.url)
    ready(other)
    other.locator("#text").fill("Quite another one")
    expect(other.locator("#saved")).to_contain_text("Draft saved")
    device.close()
    page.get_by_label("Use case").select_option("chat")
    expect(saved).to_contain_text("changed in another tab")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("What you wrote in another tab")).to_be_visible()
    expect(text).to_have_value("Quite another one")
    assert Prompt.objects.get().messages[0]["content"] == "A first prompt"
    assert WritingDraft.objects.get().draft["text"] == "Quite another one"


def test_what_another_tab_kept_is_offered_once_the_first_is_in(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    ready(other)
    text = page.locator("#text")
    text.fill("From the first tab")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    other.locator("#text").fill("From the second tab")
    expect(other.locator("#saved")).to_contain_text("kept in this browser")
    other.close()
    page.get_by_label("Use case").select_option("chat")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your prompt is in.")).to_be_visible()
    ready(page)
    expect(text).to_have_value("From the second tab")
