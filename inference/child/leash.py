"""A child process ends with its supervisor, and stops cleanly when asked."""

import os
import signal
import sys
import threading
from types import FrameType

LEASH_VARIABLE = "PLUMBLINE_LEASH"
LEASH_LOST = 70
"""Exit status when the supervisor's pipe closed."""

_stop = threading.Event()


class StopRequested(Exception):
    """SIGTERM came: unwind, publish nothing, exit 143."""


def hold_leash() -> None:
    """Call first, before the slow imports, on the main thread.

    With PLUMBLINE_LEASH=1 stdin is a pipe that the supervisor holds open; at its end of file this
    process ends at once, so that a killed supervisor leaves no orphan behind. SIGTERM only sets
    what `stop_requested` reads.
    """
    _stop.clear()
    signal.signal(signal.SIGTERM, _on_sigterm)
    if os.environ.get(LEASH_VARIABLE) == "1":
        threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True).start()


def stop_requested() -> bool:
    return _stop.is_set()


def raise_if_stopped() -> None:
    """Raises StopRequested after SIGTERM. Call it once a step."""
    if _stop.is_set():
        raise StopRequested


def _on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    _stop.set()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 4096):
        pass
    os._exit(LEASH_LOST)
