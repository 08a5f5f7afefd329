"""A real Chromium against a live server. Where none is installed these tests skip and say so."""

import os
import shutil
from collections.abc import Callable, Iterator

# Playwright's loop runs in this thread; Django's guard takes any running loop for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from playwright.sync_api import ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from annotation.models import User
from tests.cast import PASSWORD, Cast, cast_create

ARGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.xdist_group("browser"))
            # On a crowded machine a browser may be late once; the summary names who needed this.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return {"executable_path": path, "args": ARGS}
    pytest.skip("no Chromium found: install the Debian package chromium")


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return cast_create()


# What the browser and htmx say of refusals, and of a network that is gone.
PROVOKED = (
    "Failed to load resource: the server responded",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "Response Status Error Code",
    "htmx:afterRequest",
    "htmx:sendError",
    "htmx:timeout",
)


@pytest.fixture
def tidy_page(page: Page) -> Iterator[Page]:
    """A page whose console stayed free of errors: a script's fault or a refused resource fails."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # The browser and htmx note each refusal of the server as an error; tests provoke some.
        refused = message.text.startswith(PROVOKED)
        if message.type == "error" and not refused:
            errors.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    assert errors == []


@pytest.fixture
def sign_in(tidy_page: Page, live_server: LiveServer) -> Callable[[User], Page]:
    def sign_in(user: User) -> Page:
        tidy_page.goto(f"{live_server.url}/sign-in/")
        tidy_page.get_by_label("Username").fill(user.username)
        tidy_page.get_by_label("Password").fill(PASSWORD)
        tidy_page.get_by_role("button", name="Sign in").click()
        tidy_page.wait_for_url(f"{live_server.url}/")
        return tidy_page

    return sign_in
