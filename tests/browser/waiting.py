"""Wait for what a page does behind its back, and nothing on it shows."""

import time
from collections.abc import Callable

from playwright.sync_api import Page


def wait_for(page: Page, condition: Callable[[], bool]) -> None:
    """The page goes on meanwhile: what a test does with its requests is done only while it waits on
    the page itself."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        page.wait_for_timeout(50)
