"""The Procfile's processes, started by a test on the test's own database, and killed by it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connections

ROOT = Path(__file__).resolve().parents[2]


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def database_url() -> str:
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    user = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    return f"postgres://{user}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


class Processes:
    """Each in a session of its own, so that a kill takes a worker with its pool, as a crash does
    (a learner has a session of its own and lives on, if it can)."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(folder / "var"),
            "STORAGE_ROOT": str(folder / "storage"),
            "HEARTBEAT_EVERY": "0.3",
            "HEARTBEAT_LOST": "3",
            "RECONCILE_EVERY": "0.5",
            "SECRET_KEY": "test",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **environment,
        }
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            self.started[name] = subprocess.Popen(
                # Through the shell, as the process manager does; it becomes the program.
                ["sh", "-c", f"exec {procfile()[name]}"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.started[name]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """All of the process's session at once, as when the machine takes it."""
        process = self.started.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(30)

    def close(self) -> None:
        for name in list(self.started):
            self.kill(name)

    def logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text()[-3000:]}" for path in self.folder.glob("*.log")
        )


def alive(pid: int) -> bool:
    """Whether it runs; a dead child that nobody has collected yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_for(condition: Callable[[], Any], processes: Processes, seconds: float = 90) -> Any:
    """What `condition` gives once it is true; fails with the processes' logs."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came of it in {seconds} s\n{processes.logs()}")
