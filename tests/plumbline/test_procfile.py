"""The Procfile's lines, as its process manager runs them: through the shell."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.training.processes import procfile


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """In place of the programs of the Procfile: one that says what it was asked."""
    program = tmp_path / "celery"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("devices", "processes"),
    [(None, 1), ("", 1), ("auto", 1), ("cuda:0,cuda:1", 2), (" cuda:0, cuda:1 ,cuda:2,", 3)],
)
def test_the_gpu_worker_has_a_process_for_each_device(
    programs: Path, devices: str | None, processes: int
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DEVICES"}
    environment["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    if devices is not None:
        environment["DEVICES"] = devices
    asked = subprocess.run(
        ["sh", "-c", procfile()["gpu"]], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert f"--concurrency {processes} " in asked
