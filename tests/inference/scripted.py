"""A child process that does as its spec's config says: `python -m tests.inference.scripted SPEC`.

It speaks the learners' protocol through the same code, and needs no torch.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Literal

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.child.leash import raise_if_stopped
from inference.child.process import Result, child_main
from inference.child.spec import Config, Spec


class Script(Config):
    steps: int = 3
    step_seconds: float = 0.01
    end: Literal["succeed", "error", "crash", "exit", "kill", "no_result"] = "succeed"
    kill_attempts: int = 99
    """With end="kill": later attempts succeed."""
    stubborn_attempts: int = 0
    """So many attempts ignore their leash and SIGTERM."""


class ScriptSpec(Spec):
    data: Any = None
    models: dict[str, Any] = {}
    config: Script


def work(spec: Spec, log: EventLog) -> Result:
    assert isinstance(spec, ScriptSpec)
    script = spec.config
    attempt = attempt_of(spec.output)
    log.message(f"pid {os.getpid()}")
    for step in range(1, script.steps + 1):
        if attempt > script.stubborn_attempts:
            raise_if_stopped()
        log.metric("train/loss", step, attempt + 1 / step)
        log.progress("steps", step, script.steps)
        time.sleep(script.step_seconds)
    log.sample(script.steps, "Hi", "Hello\0 there", 0.5, None)
    _end(spec.output, script)
    model = spec.output / "model"
    model.mkdir()
    (model / "weights.txt").write_text(f"seed {spec.seed}")
    return Result(model="model", metrics={"loss": 0.25}, template_hash="abc")


def attempt_of(output: Path) -> int:
    return int(output.name.rpartition("-")[2])


def _end(output: Path, script: Script) -> None:
    attempt = attempt_of(output)
    match script.end:
        case "error":
            raise Failure("The data is empty.", "Write some demonstrations.")
        case "crash":
            raise KeyError("a bug")
        case "exit":
            print("something odd", flush=True)
            os._exit(5)
        case "kill" if attempt <= script.kill_attempts:
            os.kill(os.getpid(), signal.SIGKILL)
        case "no_result":
            os._exit(0)


def main() -> int:
    kinds = dict.fromkeys(("scripted", "sft", "reward", "ppo"), ScriptSpec)
    spec = json.loads(Path(sys.argv[1]).read_text())
    if spec["config"].get("stubborn_attempts", 0) >= attempt_of(Path(spec["output"])):
        os.environ.pop("PLUMBLINE_LEASH", None)
    return child_main(sys.argv[1:], kinds, work)


if __name__ == "__main__":
    sys.exit(main())
