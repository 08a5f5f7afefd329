"""A task that was begun, left, and lost to time: what was written is found again."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Assignment, Demonstration, Project, Task, User
from annotation.queue.claims import leases_expire
from tests.annotation.work import claimed, demonstration_task, lease_age
from tests.browser.waiting import wait_for
from tests.cast import Cast

SignIn = Callable[[User], Page]
TITLE = "Begun and not handed in"


def desk(page: Page) -> None:
    expect(page.locator("#work[data-ready]")).to_be_visible()


def begin(page: Page, text: str) -> Assignment:
    """With a text on the server, and more that was typed offline."""
    page.get_by_role("button", name="Start").click()
    desk(page)
    page.locator("#text").fill(text)
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.context.set_offline(True)
    page.locator("#text").press_sequentially(" typed offline")
    expect(page.locator("#saved")).to_contain_text("No connection")
    page.goto("about:blank")
    page.context.set_offline(False)
    return Assignment.objects.get(labeler__username="lena")


def lose(lease: Assignment) -> None:
    """The time runs out, and the task goes to others."""
    lease_age(lease, hours=1)
    leases_expire(now=timezone.now())
    Task.objects.filter(pk=lease.task_id).update(state="done", submitted_count=1)


def test_it_is_found_gone_on_with_and_handed_in(cast: Cast, sign_in: SignIn) -> None:
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    home = page.url
    lose(begin(page, "An hour of work,"))
    page.goto(home)
    page.get_by_role("link", name="1 begun and not handed in").click()
    page.locator("#unfinished").get_by_role("link").click()
    desk(page)
    expect(page.locator("#text")).to_have_value("An hour of work, typed offline")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    expect(page.get_by_role("heading", name=TITLE)).to_be_hidden()
    assert Demonstration.objects.get().text == "An hour of work, typed offline"
    assert Assignment.objects.get().extra


def test_what_the_browser_alone_keeps_is_listed_to_its_labeler_only(
    cast: Cast, sign_in: SignIn
) -> None:
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    home = page.url
    lease = claimed(cast.lena, cast.project)
    lose(lease)
    page.evaluate(
        """([key, entry]) => localStorage.setItem(key, JSON.stringify(entry))""",
        [f"plumbline:draft:{lease.public_id}:abc", {"draft": {"text": "Typed"}, "base": 0}],
    )
    page.reload()
    page.get_by_role("link", name=TITLE).click()
    section = page.locator("#unfinished")
    expect(section).to_contain_text("kept in this browser only")
    section.get_by_role("button", name="Discard").click()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    section.get_by_role("button", name="Undo").click()
    page.goto(f"{home}p/everyday/work/done/")
    expect(section.get_by_role("link")).to_be_visible()

    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    told: list[str] = []
    page.on("response", lambda answer: told.append(answer.url) if "kept" in answer.url else None)
    sign_in(cast.luis)
    page.goto(f"{home}p/everyday/work/")
    wait_for(page, lambda: len([url for url in told if url.endswith("/work/kept/")]) > 1)
    expect(page.get_by_role("heading", name=TITLE)).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).length") == 1


def test_who_signs_out_leaves_only_what_the_server_lacks(cast: Cast, sign_in: SignIn) -> None:
    demonstration_task(cast.project)
    page = sign_in(cast.lena)
    home = page.url
    page.get_by_role("button", name="Start").click()
    desk(page)
    lease = Assignment.objects.get()
    page.locator("#text").fill("On the server")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    keep = "([key, text]) => localStorage.setItem(key, JSON.stringify({ draft: { text } }))"
    prefix = f"plumbline:draft:{lease.public_id}:"
    page.evaluate(keep, [f"{prefix}left", "On the server, and more"])
    page.evaluate(keep, [f"{prefix}tab", "Of another tab, and not on the server"])
    page.evaluate(keep, ["plumbline:draft:00000000-0000-0000-0000-000000000000:x", "Of Luis"])
    page.locator("#text").press_sequentially(", and more")  # saved as the page is left
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    lease.refresh_from_db()
    assert lease.draft["text"] == "On the server, and more"
    texts = page.evaluate("Object.values(localStorage).map((each) => JSON.parse(each).draft.text)")
    assert sorted(texts) == ["Of Luis", "Of another tab, and not on the server"]
    sign_in(cast.lena)
    page.goto(f"{home}p/everyday/work/{lease.public_id}/")
    desk(page)
    page.get_by_role("button", name="Show the kept draft").click()
    expect(page.locator("#text")).to_have_value("Of another tab, and not on the server")


def test_who_signs_out_leaves_no_prompt_that_the_server_has(cast: Cast, sign_in: SignIn) -> None:
    Project.objects.update(prompts_wanted=5)
    page = sign_in(cast.lena)
    page.goto(f"{page.url}p/everyday/write/plain/")
    desk(page)
    page.locator("#text").fill("On the server")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    prefix = page.locator("#work").get_attribute("data-kept") or ""
    page.goto("/".join(page.url.split("/")[:3]))
    keep = "([key, text]) => localStorage.setItem(key, JSON.stringify({ draft: { text } }))"
    page.evaluate(keep, [f"{prefix}left", "On the server"])
    page.evaluate(keep, [f"{prefix}tab", "Of another tab"])
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    texts = page.evaluate("Object.values(localStorage).map((each) => JSON.parse(each).draft.text)")
    assert texts == ["Of another tab"]
