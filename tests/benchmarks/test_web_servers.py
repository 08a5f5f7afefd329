"""What `make bench-web` starts ends with it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.web.keeper import Keeper, keeper_run
from benchmarks.web.servers import Server, Serving, group_end, group_pids, server_run

# A parent that has a child, both deaf to SIGTERM.
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("up", flush=True)
time.sleep(60)
"""

APPLICATION = """
def application(environ, start_response):
    start_response("204 No Content", [])
    return []
"""

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="wants Linux's /proc")


@linux
def test_a_group_is_ended_with_all_who_are_in_it(monkeypatch):
    monkeypatch.setattr("benchmarks.web.servers.END_WITHIN", 0.2)
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    assert len(group_pids(process.pid)) == 2
    group_end(process)
    deadline = time.monotonic() + 5
    while group_pids(process.pid) and time.monotonic() < deadline:
        time.sleep(0.01)  # a killed child is there until it has been reaped
    assert group_pids(process.pid) == []


@linux
def test_a_server_is_weighed_and_ended(tmp_path):
    (tmp_path / "little.py").write_text(APPLICATION)
    serving = Serving(Path(sys.executable), "little", tmp_path, {}, "/")
    with server_run(serving, tmp_path / "log") as server:
        assert isinstance(server, Server)
        memory = server.memory_mb()
        assert memory is not None
        assert 5 < memory < 500
        assert server.cpu_seconds() > 0
    assert server.process.poll() is not None


def test_a_server_that_cannot_start_says_why(tmp_path):
    serving = Serving(Path(sys.executable), "missing_application", tmp_path, {}, "/")
    with (
        pytest.raises(RuntimeError, match="missing_application"),
        server_run(serving, tmp_path / "log"),
    ):
        pass


def test_a_keeper_does_what_it_is_asked(tmp_path):
    environment = {
        "DJANGO_SETTINGS_MODULE": "plumbline.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'keeper.sqlite3'}",
    }
    with keeper_run(
        "plumbline_duties",
        python=Path(sys.executable),
        environment=environment,
        log=tmp_path / "log",
    ) as keeper:
        assert isinstance(keeper, Keeper)
        people = keeper.ask("people", labelers=2)
        assert people["project"] == "bench"
        assert [list(cookies) for cookies in people["sessions"]] == [["sessionid"]] * 2
        assert keeper.ask("top_up", tasks=3) == 3
        assert keeper.ask("faults") == []
        with pytest.raises(RuntimeError, match="TypeError"):
            keeper.ask("top_up", labelers=3)
    assert keeper.process.poll() is not None
    with pytest.raises(RuntimeError, match="has ended"):
        keeper.ask("faults")
