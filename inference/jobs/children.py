"""A job's child process: on a leash, in a session of its own, stopped with all it started."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from inference.child.events import EVENTS
from inference.child.leash import LEASH_LOST, LEASH_VARIABLE

STOP_GRACE = 3.0
"""Seconds between SIGTERM and SIGKILL; below what process managers grant the worker itself."""

LOG = "log.txt"
_TAIL = 4000
_SECRET = ("DATABASE_URL", "SECRET_KEY", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE")


class Child:
    """`python -m module spec.json`, its output going to log.txt beside the spec."""

    def __init__(self, module: str, spec: Path, environment: dict[str, str]) -> None:
        self._log, self._events = spec.parent / LOG, spec.parent / EVENTS
        self._said: list[int] = []
        self._heard = time.monotonic()
        # Learners and engines have no business with the database.
        inherited = {name: value for name, value in os.environ.items() if name not in _SECRET}
        with self._log.open("ab") as log:
            # The pipe is the leash: it closes when this process ends, however it ends.
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(spec)],
                cwd=settings.BASE_DIR,
                env={**inherited, **environment, LEASH_VARIABLE: "1", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """The exit status, or None while it runs on."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def silence(self) -> float:
        """Seconds since it was last heard to print anything or tell an event."""
        said = [path.stat().st_size for path in (self._log, self._events) if path.exists()]
        # By a clock that stands while the machine sleeps, which no file's time does.
        if said != self._said:
            self._said, self._heard = said, time.monotonic()
        return time.monotonic() - self._heard

    def stop(self) -> None:
        """Ask it to end, then make it end; what it started ends with it."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            self.wait(STOP_GRACE)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def log_tail(self) -> str:
        """The last lines that it printed."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                text = file.read().decode(errors="replace").replace("\0", "")
        except FileNotFoundError:
            return ""
        return "\n".join(text.strip().splitlines()[-8:])

    def _signal(self, number: signal.Signals) -> None:
        # There may be nobody left in its group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def killed_words(status: int) -> str | None:
    """Plain words for a process that was ended from outside; None for one that ended by itself."""
    if status == LEASH_LOST:
        return "The process lost its supervisor."
    if status > 128:  # as shells and launchers report a signal
        status = 128 - status
    if status >= 0:
        return None
    if -status == signal.SIGKILL:
        return "The process was killed (signal 9); most often the machine ran out of memory."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"The process was ended by {name}."
