"""Real child processes: their exit statuses, their leash, SIGTERM."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inference.child.events import read_events

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, time
from typing import Literal
from inference.child.failure import Failure
from inference.child.leash import raise_if_stopped
from inference.child.process import Result, child_main
from inference.child.spec import Spec

class Work(Spec):
    kind: Literal["work"]
    do: str

def work(spec, log):
    log.message("started")
    if spec.do == "fail":
        raise Failure("The barn burnt.", "Build of stone.")
    if spec.do == "crash":
        raise ValueError("boom")
    while spec.do == "wait":
        time.sleep(0.01)
        raise_if_stopped()
    return Result(metrics={"x": 1.5})

sys.exit(child_main(sys.argv[1:], {"work": Work}, work))
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(do="well", leash=False, **changes):
        spec = {"version": 1, "kind": "work", "seed": 0, "output": str(tmp_path), "do": do}
        (tmp_path / "spec.json").write_text(json.dumps({**spec, **changes}))
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "spec.json")],
            cwd=ROOT,
            env={**os.environ, "PLUMBLINE_LEASH": "1" if leash else "0"},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def events(tmp_path):
    return read_events(tmp_path / "events.jsonl")[0]


def wait_for_start(tmp_path):
    for _ in range(2000):
        if events(tmp_path):
            return
        time.sleep(0.01)
    raise AssertionError("the child never began")


def test_success_leaves_a_result(start, tmp_path):
    assert start().wait() == 0
    result = {"model": None, "metrics": {"x": 1.5}, "template_hash": None}
    assert json.loads((tmp_path / "result.json").read_text()) == result
    assert events(tmp_path)[-1].items() >= {"type": "result", **result}.items()


def test_a_bad_spec_is_2_and_told_twice(start, tmp_path):
    process = start(seed=-1)
    _, stderr = process.communicate()
    assert process.returncode == 2
    assert stderr.startswith("seed: ")
    assert "seed: " in events(tmp_path)[-1]["cause"]


@pytest.mark.parametrize(
    ("do", "cause"), [("fail", "The barn burnt."), ("crash", "ValueError: boom")]
)
def test_a_failure_is_3_with_its_cause(start, tmp_path, do, cause):
    process = start(do)
    _, stderr = process.communicate()
    assert process.returncode == 3
    assert "Traceback" in stderr
    error = events(tmp_path)[-1]
    assert (error["type"], error["cause"]) == ("error", cause)
    assert error["advice"]
    assert not (tmp_path / "result.json").exists()


def test_sigterm_is_143_without_a_result(start, tmp_path):
    process = start("wait")
    wait_for_start(tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 143
    assert not (tmp_path / "result.json").exists()


def test_a_lost_leash_ends_the_child_at_once(start, tmp_path):
    process = start("wait", leash=True)
    wait_for_start(tmp_path)
    process.stdin.close()
    assert process.wait(10) == 70
    assert not (tmp_path / "result.json").exists()


def test_by_hand_no_leash_is_needed(start, tmp_path):
    process = start()
    process.stdin.close()
    assert process.wait(30) == 0
