"""A labeler asks for a text to start from, in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotation.integrity import faults_find
from annotation.models import Assignment, Demonstration, Suggestion, Task, User
from annotation.people.projects import project_update
from annotation.prompts.prompts import completion_create
from annotation.queue.tasks import task_create
from tests.annotation.work import demonstration_task, prompt_make
from tests.cast import Cast

SignIn = Callable[[User], Page]
TEXTS = ["Boil the *water* first.\n\n- Warm the pot.\n- Add the tea.", "Ask <b>somebody</b> else."]


@pytest.fixture
def page(sign_in: SignIn, cast: Cast) -> Page:
    """Lena at a demonstration whose prompt has two answers already; another task waits."""
    project_update(actor=cast.ada, project=cast.project, suggestions="blind")
    prompt = prompt_make(cast.project, "How is tea made?")
    for text in TEXTS:
        completion_create(prompt=prompt, text=text)
    task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    page.get_by_role("button", name="Start").click()
    return ready(page)


def ready(page: Page) -> Page:
    expect(page.locator("#work[data-ready]")).to_be_visible()
    expect(page.locator("#text")).to_be_focused()
    return page


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def asked(page: Page) -> str:
    """Ask by keyboard from within the editor. Returns the text that came."""
    keys(page, "Escape", "t")
    expect(page.get_by_role("button", name="Start from this text").first).to_be_focused()
    return str(page.locator(".source").first.evaluate("(each) => each.content.textContent"))


def saved(page: Page) -> dict[str, object]:
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    public_id = page.url.rstrip("/").split("/")[-1]
    return dict(Assignment.objects.get(public_id=public_id).draft)


def test_a_text_is_asked_for_chosen_changed_and_handed_in(page: Page, cast: Cast) -> None:
    first = asked(page)
    assert first in TEXTS
    expect(page.locator("#text")).to_have_value("")  # nothing is put there unasked
    keys(page, "t")
    expect(page.locator(".suggestion")).to_have_count(2)
    expect(page.get_by_role("button", name="Start from this text").first).to_be_focused()
    second = next(text for text in TEXTS if text != first)
    keys(page, "t")
    expect(page.get_by_role("alert").filter(has_text="There is no other text")).to_be_visible()
    expect(page.locator(".suggestion")).to_have_count(2)
    keys(page, "Enter")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).to_have_value(second)
    expect(page.locator("#begun")).to_be_hidden()  # nothing was replaced
    expect(page.locator("#preview")).to_contain_text(second.split()[0])
    keys(page, "Control+End")
    page.keyboard.type(" So!")
    draft = saved(page)
    assert (draft["text"], draft["suggestion"]) == (f"{second} So!", 2)
    page.reload()
    ready(page)
    expect(page.locator("#text")).to_have_value(f"{second} So!")
    here = page.url
    keys(page, "Control+Enter")
    page.wait_for_url(lambda url: url != here and "/work/" in url)
    demonstration = Demonstration.objects.get()
    assert demonstration.text == f"{second} So!"
    assert demonstration.suggestion == Suggestion.objects.get(number=2)
    words = len(demonstration.text.split())
    assert demonstration.kept == pytest.approx((words - 1) / words)
    assert list(faults_find()) == []


def test_what_was_typed_comes_back(page: Page) -> None:
    page.keyboard.type("My own beginning")
    text = asked(page)
    keys(page, "Enter")
    expect(page.locator("#text")).to_have_value(text)
    page.get_by_role("button", name="Bring mine back").click()
    expect(page.locator("#text")).to_have_value("My own beginning")
    expect(page.locator("#begun")).to_be_hidden()
    assert saved(page)["suggestion"] is None
    asked(page)
    keys(page, "Enter", "Control+z")  # the browser's own undo
    expect(page.locator("#text")).to_have_value("My own beginning")
    expect(page.locator("#begun")).to_be_hidden()
    page.wait_for_timeout(1_600)
    assert saved(page)["suggestion"] is None


def test_what_a_text_began_from_outlasts_clearing_and_undoing(page: Page) -> None:
    text = asked(page)
    keys(page, "Enter", "Control+a", "Delete")
    expect(page.locator("#text")).to_have_value("")
    keys(page, "Control+z")
    expect(page.locator("#text")).to_have_value(text)
    page.wait_for_timeout(1_600)
    assert saved(page)["suggestion"] == 1


def test_what_a_text_began_from_is_said_again_when_it_is_redone(page: Page) -> None:
    page.keyboard.type("Mine")
    text = asked(page)
    keys(page, "Enter", "Control+z")
    expect(page.locator("#text")).to_have_value("Mine")
    keys(page, "Control+Shift+z")
    expect(page.locator("#text")).to_have_value(text)
    page.wait_for_timeout(1_600)
    assert saved(page)["suggestion"] == 1


def test_closing_changes_nothing(page: Page) -> None:
    page.keyboard.type("Mine")
    asked(page)
    keys(page, "Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("Mine")
    assert Suggestion.objects.count() == 1
    assert saved(page)["suggestion"] is None


def test_who_is_signed_out_is_told_in_the_dialog(page: Page) -> None:
    page.keyboard.type("Mine")
    page.context.clear_cookies(name="sessionid")
    keys(page, "Escape", "t")
    expect(page.locator("#suggestions-failed")).to_be_visible()
    expect(page.locator("#text")).to_have_value("Mine")


def test_without_a_model_the_labeler_writes(page: Page, cast: Cast) -> None:
    page.locator("#text").fill("So.")
    here = page.url
    keys(page, "Control+Enter")
    page.wait_for_url(lambda url: url != here and "/work/" in url)
    ready(page)
    keys(page, "Escape", "t")
    told = page.get_by_role("alert").filter(has_text="There is no text to start from")
    expect(told).to_be_visible()
    expect(page.get_by_role("button", name="Another text")).to_be_focused()
