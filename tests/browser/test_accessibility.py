"""WCAG 2.2 AA on every page, light and dark, as far as axe can tell; and no page is left out.

One person opens each page once and axe reads it in both schemes. What has to be pressed first
(a dialog, a refused form) is a visit of its own.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from annotation.models import OnboardingStep, User
from tests.browser.axe import violations
from tests.browser.furnished import Site, site_make
from tests.cast import Cast

Visit = tuple[str, Sequence[object], str]
"""The name of an address, its arguments, and the keys or clicks before axe reads the page."""

HERE = "everyday"
COLOURS = ("color-contrast", "link-in-text-block")
NO_PAGES = {
    # What forms and scripts post to: each answers with a redirect, a part of a page, or nothing.
    *("sign-out", "language", "markdown-preview", "project-ask", "written-withdraw"),
    *("work-draft", "work-beat", "work-preview", "work-submit", "work-next", "work-leave"),
    *("work-kept", "work-discard", "work-recover"),
    "work-suggest",  # a part of work-task's page, opened below
    "work-ahead",  # work-task's page, which takes its address
    *("write-draft", "write-beat", "write-preview", "write-kept"),
    *("dialogue-finish", "dialogue-say", "dialogue-answers", "dialogue-pick", "dialogue-write"),
    "dialogue-undo",
    *("invitation-revoke", "invitation-resend"),
    "quality-compute",
    "message-remove",
    *("gold-retire", "gold-resume"),
    *("onboarding-draft", "onboarding-step-move", "onboarding-step-retire"),
    *("review-verdict", "review-undo", "work-reply"),
    *("import-start", "import-cancel", "import-repeat"),
    *("round-cancel", "round-retry", "round-go-on", "run-cancel"),
    *("prompt-intake-notice", "prompt-intake-revoke"),
    *("prompts-change", "prompt-findings-review", "prompt-scan-start"),
    "prompt-scan",  # a part of prompt-findings, opened above
    # Files and numbers.
    *("export", "run-metrics"),
}


def stranger(site: Site) -> list[Visit]:
    return [
        ("sign-in", [], ""),
        ("sign-in", [], "click .btn.primary"),
        ("password-reset", [], ""),
        ("password-reset-asked", [], ""),
        ("password-reset-confirm", ["x", "y"], ""),
        ("password-reset-confirm", site.reset, ""),
        ("invitation", ["unknown"], ""),
        ("invitation", [site.secret], ""),
        ("invitation", [site.secret], "click .btn.primary"),
    ]


def labeler(site: Site) -> list[Visit]:
    ranking = [HERE, site.ranking.public_id]
    return [
        ("home", [], "click .menu > summary"),
        ("invitation", [site.secret], ""),
        ("account", [], ""),
        ("account", [], "click .btn.primary"),
        ("password-change", [], ""),
        ("work", [HERE], ""),
        ("work", ["notes"], ""),
        ("work", ["idle"], ""),
        ("work-settings", [HERE], ""),
        ("own-figures", [HERE], ""),
        ("channel", [HERE], ""),
        ("channel", [HERE], "click .message .btn"),
        ("channel", [HERE], "click textarea; @ a"),
        ("channel-emails", [HERE], ""),
        ("message", [HERE, site.said["lena"]], ""),
        ("work-discussion", [HERE, site.ranking.public_id], ""),
        ("work-discussion", [HERE, site.done.public_id], ""),
        ("own-figures", ["idle"], ""),
        ("survey", [HERE], ""),
        ("survey", [HERE], "click form.panel .btn.primary"),
        ("work-done", [HERE], ""),
        ("work-last", [HERE], ""),
        ("work-edit", [HERE, site.done.public_id], ""),
        ("work", ["reviewed"], ""),
        ("work-done", ["reviewed"], ""),
        ("work-task", ["reviewed", site.reviews.returned.public_id], ""),
        ("work-task", ["reviewed", site.reviews.returned.public_id], "click #main details summary"),
        ("work-task", ranking, ""),
        ("work-task", ranking, "1 1 2 l 5 f 1 a 4 3 3 4 g j"),
        ("work-task", ranking, "n"),
        ("work-task", ranking, "c j c"),
        ("work-task", ranking, "?"),
        ("work-task", ranking, "i"),
        ("work-task", ranking, "s"),
        ("work-skip", ranking, ""),
        ("work-task", ["letters", site.demonstration.public_id], ""),
        ("work-task", ["letters", site.demonstration.public_id], "Escape t"),
        ("work-dialogue", ["talks", site.dialogue.public_id], ""),
        ("work-dialogue", ["talks", site.dialogue.public_id], "n"),
        ("write", [HERE], ""),
        *(("write-kind", [HERE, kind], "") for kind in ("few_shot", "user_based", "red_team")),
        ("written", [HERE], ""),
        ("written", [HERE], "click td .scripted"),
        ("members", [HERE], ""),  # 403
        ("project", ["elsewhere"], ""),  # 404
    ]


def candidate(site: Site) -> list[Visit]:
    def of(name: str, *more: object) -> list[object]:
        return [name, site.steps[name].pk, *more]

    ranking = [f"ranking-{pk}" for pk in site.steps["practising"].content["golds"]]
    screening = f"ranking-{site.steps['screened'].content['golds'][0]}"
    return [
        ("home", [], ""),
        *(("onboarding", [name], "") for name in site.steps),
        *(("onboarding-step", of(name), "") for name in site.steps if name != "rejected"),
        ("onboarding-step", of("agreeing"), "click .btn.primary"),
        ("onboarding-part", of("practising", ranking[0]), ""),
        ("onboarding-part", of("practising", ranking[1]), "1 1 2 4"),
        ("onboarding-part", of("screened", "texts"), ""),
        ("onboarding-part", of("screened", screening), "?"),
        ("onboarding-part", of("screened", "demonstration-0"), ""),
        ("onboarding-part", of("screened", "demonstration-0"), "click #main .btn.primary"),
        ("onboarding-part", of("screened", "topics"), ""),
    ]


def admin(site: Site) -> list[Visit]:
    return [
        ("project", [HERE], ""),
        ("progress", [HERE], ""),
        ("progress", ["idle"], ""),
        ("progress-rates", [HERE], "empty [name=hour]; click .btn.primary"),
        ("progress-survey", [HERE], ""),
        ("progress-survey", ["idle"], ""),
        ("project-edit", [HERE], ""),
        ("project-edit", [HERE], "empty [name=name]; click .btn.primary"),
        ("project-new", [], ""),
        ("site-people", [], ""),
        ("site-person", [site.member.user_id], ""),
        ("site-person-new", [], ""),
        ("site-projects", [], ""),
        ("site-history", [], ""),
        ("project-copy", [HERE], ""),
        ("project-copied", ["copied"], ""),
        ("dialogues-new", [HERE], ""),
        ("prompts", [HERE], ""),
        ("prompts", [HERE], "click .prompt-tick; click .bulk-edit summary"),
        ("prompts", [HERE], "click .filters .btn"),
        ("prompt-marks", [HERE, site.ranking.task.prompt_id], ""),
        ("prompt-findings", [HERE], ""),
        ("prompt-findings", [HERE], "click [data-finding]"),
        ("prompt-findings", ["idle"], ""),
        ("prompt-mix", [HERE], ""),
        ("prompt-rules", [HERE], ""),
        ("prompt-intake", [HERE], "click .form-wide .primary"),
        ("prompt-intake", ["idle"], ""),
        ("prompt-rules", [HERE], "empty [name=near_percent]; click .btn.primary"),
        ("members", [HERE], ""),
        ("history", [HERE], ""),
        ("invitations", [HERE], ""),
        ("invitation-new-email", [HERE], ""),
        ("invitation-new-email", [HERE], "empty [name=emails]; click form.panel .btn.primary"),
        ("invitation-new-link", [HERE], ""),
        ("invitation-new-link", [HERE], "click form.panel .btn.primary"),
        ("gold", [HERE], ""),
        ("gold-rules", [HERE], ""),
        ("gold-rules", [HERE], "empty [name=window]; click .btn.primary"),
        ("gold-choose", [HERE], ""),
        ("gold-new", [HERE, site.rankable.pk], ""),
        ("gold-new", [HERE, site.rankable.pk], "click details summary"),
        ("onboarding-steps", [HERE], ""),  # none yet
        ("onboarding-steps", ["practising"], ""),
        *(("onboarding-step-new", [HERE, kind], "") for kind in OnboardingStep.Kind.values),
        ("onboarding-step-new", [HERE, "quiz"], "click form.panel .btn.primary"),
        *(
            (page, [name, site.steps[name].pk], "")
            for page in ("onboarding-step-edit", "onboarding-step-history", "onboarding-preview")
            for name in ("agreeing", "failing", "practising", "screened")
        ),
        ("candidates", [HERE], ""),
        ("candidates", ["waiting"], ""),
        ("candidates", ["rejected"], ""),
        *(("candidate", [name, site.numbers[name]], "") for name in ("failing", "rejected")),
        ("candidate", ["waiting", site.numbers["waiting"]], ""),
        ("candidate-decide", ["waiting", site.numbers["waiting"]], ""),
        ("candidate", ["waiting", site.numbers["waiting"]], "click .form .btn.primary"),
        ("candidate-grading", ["waiting"], ""),
        ("candidate-grading", [HERE], ""),
        ("review", [HERE], ""),
        ("review", ["reviewed"], ""),
        ("review", ["reviewed"], "click .filters .btn"),
        ("review-rules", ["reviewed"], ""),
        ("review-rules", ["reviewed"], "empty [name=share]; click .btn.primary"),
        *(("review-task", ["reviewed", task.pk], "") for task in site.reviews.tasks.values()),
        ("review-task", ["reviewed", site.reviews.tasks["disputed"].pk], "j r Escape"),
        ("review-task", ["reviewed", site.reviews.tasks["disputed"].pk], "click [data-verdict=r]"),
        ("review-decide", ["reviewed", site.reviews.tasks["disputed"].pk], "1 1 2 3"),
        ("review-decide", ["reviewed", site.reviews.tasks["written"].pk], ""),
        ("member-new", [HERE], ""),
        ("member-edit", [HERE, site.member.pk], ""),
        ("imports", [HERE], ""),
        *(("import", [HERE, batch.pk], "") for batch in site.imports.values()),
        ("exports", [HERE], ""),
        ("quality", [HERE], ""),
        ("quality", [HERE], "click details > summary"),
        ("quality", ["crowd"], ""),
        ("quality", ["elsewhere"], ""),
        ("channel", [HERE], ""),
        ("task-discussion", [HERE, site.ranking.task_id], ""),
        ("message", [HERE, site.said["lena"]], ""),
        ("quality-settings", [HERE], ""),
        ("quality-settings", [HERE], "empty [name=bias_z]; click .btn.primary"),
    ]


def researcher(site: Site) -> list[Visit]:
    return [
        ("rounds", [HERE], ""),
        ("round-new", [HERE], ""),
        *(("round", [HERE, number], "") for number in (1, 2, 3)),
        ("round", [HERE, 3], "click #cancel-button"),
        ("run", [HERE, site.run.pk], ""),
        ("run", [HERE, site.run.pk], "click .plot summary"),
        ("models", [HERE], ""),
        ("base-model", [HERE], ""),
    ]


ROLES: dict[str, Callable[[Site], list[Visit]]] = {
    "": stranger,
    "lena": labeler,
    "nora": candidate,
    "ada": admin,
    "rosa": researcher,
}


@pytest.fixture
def site(cast: Cast, storage_in_tmp: Path) -> Site:
    User.objects.filter(username="ada").update(is_superuser=True)  # who may make projects
    return site_make(cast, storage_in_tmp)


@pytest.fixture
def page_of(browser: Browser, live_server: LiveServer) -> Callable[[str], Page]:
    """A page of somebody who is signed in already, or of a stranger. Nothing on it moves."""

    def page_of(username: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
            base_url=live_server.url,
        )
        context.set_default_timeout(10_000)
        if username:
            client = Client()
            client.force_login(User.objects.get(username=username))
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    return page_of


def prepare(page: Page, steps: str) -> None:
    """Keys, one after the other; or the clicking or emptying of what a selector finds."""
    if page.locator("#work").count():
        page.locator("#work[data-ready]").wait_for()
    for step in steps.split("; "):
        what, _, where = step.partition(" ")
        if what == "click":
            page.locator(where).first.click()
        elif what == "empty":
            page.locator(where).first.fill("")
        else:
            for key in step.split():
                page.keyboard.press(key)


def faults_of(page: Page, visit: Visit) -> list[str]:
    """Every rule in the light; in the dark only what depends on colours."""
    name, args, steps = visit
    page.emulate_media(color_scheme="light")
    page.goto(reverse(name, args=args))
    prepare(page, steps)
    light = violations(page)
    page.emulate_media(color_scheme="dark")
    dark = violations(page, *COLOURS)
    where = f"{name} {steps!r}"
    return [f"{where}: {each}" for each in light] + [f"{where}, dark: {each}" for each in dark]


@pytest.mark.slow
def test_no_page_breaks_a_rule(site: Site, page_of: Callable[[str], Page]) -> None:
    faults = []
    for username, visits in ROLES.items():
        page = page_of(username)
        for visit in visits(site):
            faults += faults_of(page, visit)
        page.context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_no_page_is_wider_than_a_phone(site: Site, page_of: Callable[[str], Page]) -> None:
    """What is wider scrolls in itself. In German, whose words are longer."""
    User.objects.update(language="de")
    wide = []
    for username, visits in ROLES.items():
        page = page_of(username)
        page.set_viewport_size({"width": 390, "height": 844})
        for name, args, steps in visits(site):
            page.goto(reverse(name, args=args))
            prepare(page, steps)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide.append(f"{name} {steps!r}: {over} px")
        page.context.close()
    assert wide == []


@pytest.mark.slow
def test_labelers_pages_hold_on_the_smallest_phone(
    site: Site, page_of: Callable[[str], Page]
) -> None:
    """No wider than 320 px, and no target too small; so high that nothing lies beneath the foot."""
    page = page_of("lena")
    page.set_viewport_size({"width": 320, "height": 6_000})
    faults = []
    for name, args, steps in labeler(site):
        page.goto(reverse(name, args=args))
        prepare(page, steps)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            faults.append(f"{name} {steps!r}: {over} px")
        faults += [f"{name} {steps!r}: {each}" for each in violations(page, "target-size")]
    page.context.close()
    assert not faults, "\n".join(faults)


def names(resolver: URLResolver) -> set[str]:
    """The names of the site's own addresses, those of the API left out: its pages are Swagger's."""
    found = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.add(entry.name or str(entry.pattern))
        elif str(entry.pattern) != "api/":
            found |= names(entry)
    return found


def test_every_page_is_visited(site: Site) -> None:
    visited = {name for visits in ROLES.values() for name, _, _ in visits(site)}
    assert visited | NO_PAGES == names(get_resolver()), "Visit the new page, here or in NO_PAGES"
    assert not visited & NO_PAGES
