"""A heart that beats from a thread of its own while the caller is busy for minutes."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)


@contextmanager
def beating(beat: Callable[[], object]) -> Iterator[None]:
    """Call `beat` every HEARTBEAT_EVERY seconds; one that fails is logged, and the next tried."""
    done = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(beat, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        # A beat that waits for a lock is harmless, and nothing to wait for.
        thread.join(timeout=5)


def _beat_until(beat: Callable[[], object], done: threading.Event) -> None:
    while not done.wait(settings.HEARTBEAT_EVERY):
        try:
            beat()
        except Exception:
            logger.exception("A heartbeat did not get through: %s", beat)
    connection.close()
