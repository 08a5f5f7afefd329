"""A child process that knows one system's models and does what it is asked, line by line.

    python -m benchmarks.web.keeper MODULE        a module of this folder with its DUTIES

Asking is JSON: {"do": NAME, ...arguments}. The answer is {"said": ...} or {"error": TEXT}. Setting
Django up takes seconds, and the two systems' Djangos cannot be in one process.
"""

import importlib
import json
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.web.servers import group_end

ROOT = Path(__file__).resolve().parents[2]


def keeper_serve(duties: Mapping[str, Callable[..., Any]]) -> None:
    """In the child: do what is asked until the asker is gone."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"said": duties[asked.pop("do")](**asked)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


def main(module: str) -> None:
    import django  # noqa: PLC0415  the asker does without

    django.setup()
    keeper_serve(importlib.import_module(f"benchmarks.web.{module}").DUTIES)


class Keeper:
    """In the benchmark: asks the child."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self.log = log

    def ask(self, do: str, **arguments: Any) -> Any:
        """Returns what the child said. Raises RuntimeError with its own words where it failed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            print(json.dumps({"do": do, **arguments}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(f"The keeper has ended:\n{self.log.read_text()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["said"]


@contextmanager
def keeper_run(
    module: str, *, python: Path, environment: dict[str, str], log: Path
) -> Iterator[Keeper]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(python), "-m", "benchmarks.web.keeper", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield Keeper(process, log)
    finally:
        group_end(process)


if __name__ == "__main__":
    main(sys.argv[1])
