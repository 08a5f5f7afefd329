"""gunicorn with one system's application: started, waited for, weighed and ended."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

WORKERS, THREADS = 2, 8
# As in the Procfile, but for the number of workers.
GUNICORN = (
    *("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)),
    *("--no-control-socket", "--preload"),
)
READY_WITHIN = 120.0
END_WITHIN = 10.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Serving:
    """How a system's web application is served."""

    python: Path
    application: str
    folder: Path
    environment: dict[str, str]
    page: str  # answers as soon as the application does


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    port: int

    def memory_mb(self) -> float | None:
        """What its processes hold, each shared page counted once between them (PSS)."""
        sizes = [pss_kb(pid) for pid in group_pids(self.process.pid)]
        known = [size for size in sizes if size is not None]
        return sum(known) / 1024 if known else None

    def cpu_seconds(self) -> float:
        """What its processes have used of the processor until now."""
        return sum(cpu_ticks(pid) for pid in group_pids(self.process.pid)) / TICKS


@contextmanager
def server_run(serving: Serving, log: Path) -> Iterator[Server]:
    """Serve until the block ends. Raises RuntimeError where nothing answers in time."""
    port = port_free()
    program = [str(serving.python), "-m", "gunicorn", serving.application]
    command = [*program, "--bind", f"127.0.0.1:{port}", *GUNICORN]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=serving.folder,
            env=serving.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, which is weighed and ended as one
        )
    try:
        wait_ready(process, f"http://127.0.0.1:{port}{serving.page}", log)
        yield Server(process, port)
    finally:
        group_end(process)


def wait_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=READY_WITHIN):  # noqa: S310  our own loopback
                return
        except HTTPError:
            return  # it answers
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not answer:\n{log.read_text()[-2000:]}")


def group_end(process: "subprocess.Popen[Any]") -> None:
    """End a process that leads a group, and whoever is left of its group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    for pid in group_pids(process.pid):
        os.kill(pid, signal.SIGKILL)


def port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def group_pids(leader: int) -> list[int]:
    """The processes of the group, as Linux tells them; none elsewhere."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if stat_fields(pid)[2:3] == [str(leader)]]


def cpu_ticks(pid: int) -> int:
    return sum(int(ticks) for ticks in stat_fields(pid)[11:13])


def stat_fields(pid: int) -> list[str]:
    """What Linux says after the program's name: state, parent, group ...; empty when it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def pss_kb(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), None)
