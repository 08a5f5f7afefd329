"""A candidate goes through onboarding, end to end, and is decided on by an admin."""

from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import (
    Candidate,
    Mail,
    Membership,
    OnboardingAttempt,
    OnboardingStep,
    User,
)
from annotation.onboarding.answers import shown_order
from annotation.onboarding.attempts import attempt_parts
from annotation.people.mails import mail_send
from annotation.people.models import Project
from tests.annotation.onboarding import gold_for, nora, step_make
from tests.annotation.work import demonstration_task
from tests.cast import PASSWORD, Cast

SignIn = Callable[[User], Page]
QUIZ = """What comes **first**?
( ) Length
(x) Help
> Nobody asked for length."""


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def again(page: Page, live_server: LiveServer, person: str) -> None:
    """Let somebody else sit down at this browser."""
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url(f"{live_server.url}/")


def composed(page: Page, live_server: LiveServer, project: Project) -> None:
    """Ada makes a step of each kind, and moves the quiz before the consent by keyboard."""
    there = f"{live_server.url}/p/{project.slug}/members/onboarding/"
    page.goto(there)
    for kind, fields in (
        ("Read", {"Text": "Be **kind**."}),
        ("Consent", {"What they agree to": "I agree to be measured."}),
        ("Quiz", {"Questions": QUIZ}),
        ("Practice", {}),
        (
            "Screening",
            {
                "Texts to flag": "[x] An insult.\n[ ] A recipe.",
                "Prompts to answer": "Explain death to a child.",
                "Topics": "Politics",
            },
        ),
    ):
        page.locator(".step-kinds").get_by_text(kind, exact=True).click()
        for label, text in fields.items():
            page.get_by_label(label, exact=True).fill(text)
        for box in page.locator("[name=golds]").all():
            box.check()
        press(page, "Add the step")
        page.wait_for_url(there)
    page.get_by_role("button", name="Move Quiz up").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".steps h2")).to_have_text(
        ["Read", "Quiz", "Consent", "Practice", "Screening"]
    )


def rank_rightly(page: Page, key: str) -> None:
    """By the keys of the desk: each answer gets the rank that the gold gives it."""
    attempt = OnboardingAttempt.objects.filter(state="open").get()
    part = next(each for each in attempt_parts(attempt) if each.key == key)
    page.locator("#work[data-ready]").wait_for()
    for slot in shown_order(part, attempt):
        page.keyboard.press(str(part.item.ranks[slot]))
    expect(page.locator("#left")).to_have_text("0")
    page.keyboard.press("Control+Enter")


def ranking_of(kind: str) -> str:
    return f"ranking-{OnboardingStep.objects.get(kind=kind).content['golds'][0]}"


def quiz_taken(page: Page) -> None:
    """Wrong at first, and right with what the explanation says."""
    press(page, "Begin")
    page.get_by_label("Length").check()
    press(page, "Submit")
    expect(page.get_by_text("Nobody asked for length.")).to_be_visible()
    press(page, "Try again")
    page.get_by_label("Help").check()
    press(page, "Submit")
    expect(page.get_by_text("Right.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back to the steps").click()


def screening_taken(page: Page) -> None:
    """What is typed is there again after a reload; the rest is answered, and handed in."""
    press(page, "Begin")
    page.locator("fieldset", has_text="An insult.").get_by_label("Yes").check()
    page.locator("fieldset", has_text="A recipe.").get_by_label("No").check()
    press(page, "Save and go on")
    rank_rightly(page, ranking_of("screening"))
    page.get_by_label("Your answer").fill("Everything that lives ends one day.")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Everything that lives ends one day.")
    press(page, "Save and go on")
    page.get_by_label("4", exact=True).check()
    press(page, "Save and go on")
    press(page, "Hand in")
    expect(page.get_by_text("Your screening is handed in.")).to_be_visible()


def decided(page: Page, live_server: LiveServer, project: Project) -> None:
    """Ada grades, reads the sheet, which names nobody, and accepts."""
    page.goto(f"{live_server.url}/p/{project.slug}/members/candidates/")
    assert "nora" not in page.content().lower()
    page.get_by_role("link", name="Grade 1 answer").click()
    expect(page.get_by_text("Everything that lives")).to_be_visible()
    page.get_by_label("7", exact=True).check()
    press(page, "Grade and go on")
    page.get_by_role("link", name="Candidates").last.click()
    page.get_by_role("link", name="Decide: candidate").click()
    assert "nora" not in page.content().lower()
    expect(page.locator(".grid-figures")).to_contain_text("100 %")
    expect(page.locator(".grid-figures")).to_contain_text("7.0")
    page.get_by_label("Accept", exact=True).check()
    page.get_by_label("Message to the candidate").fill("Welcome among us.")
    press(page, "Decide")
    expect(page.get_by_role("heading", name="Candidate")).to_be_visible()
    expect(page.get_by_text("Nora Nilsson")).to_be_visible()


@pytest.mark.slow
def test_a_candidate_comes_through_and_is_decided_on(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    candidate = nora(cast)
    demonstration_task(cast.project)
    for kind in ("practice", "screening"):
        gold_for(cast.project, kind, (2, 1, 4, 3))
    page = sign_in(cast.ada)
    composed(page, live_server, cast.project)

    again(page, live_server, "nora")
    page.get_by_role("link", name="Go on with the onboarding").click()
    page.get_by_role("link", name="Begin").click()
    press(page, "I have read this")
    page.get_by_role("link", name="Next").click()
    quiz_taken(page)
    page.get_by_role("link", name="Next").click()
    press(page, "Go on")
    expect(page.get_by_text("Tick the box if you agree.")).to_be_visible()
    page.get_by_label("I agree").check()
    press(page, "Go on")
    page.get_by_role("link", name="Next").click()
    press(page, "Begin")
    rank_rightly(page, ranking_of("practice"))
    expect(page.locator(".grid-figures")).to_contain_text("100%")
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("link", name="Next").click()
    screening_taken(page)

    again(page, live_server, "ada")
    decided(page, live_server, cast.project)
    candidate.refresh_from_db()
    assert candidate.state == Membership.State.ACTIVE
    assert Candidate.objects.get().state == Candidate.State.ACCEPTED
    mail_send(mail_id=Mail.objects.get().pk)
    assert "Welcome among us." in mail.outbox[0].body

    again(page, live_server, "nora")
    press(page, "Start")
    expect(page.locator("#work[data-ready]")).to_be_visible()
    page.goto(f"{live_server.url}/p/everyday/onboarding/")
    expect(page.get_by_text("You are accepted. Welcome!")).to_be_visible()


def test_changed_instructions_are_read_before_the_next_task(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    demonstration_task(cast.project)
    step_make(cast, "read", title="The rules", ask_now=True)
    page = sign_in(cast.lena)
    press(page, "Start")
    expect(page.get_by_text("Something has changed.")).to_be_visible()
    page.get_by_role("link", name="Begin").click()
    press(page, "I have read this")
    page.get_by_role("link", name="To your work").click()
    press(page, "Start")
    expect(page.locator("#work[data-ready]")).to_be_visible()
