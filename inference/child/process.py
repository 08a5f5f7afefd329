"""The life of a child process: spec in, events while it works, a result out, an exit status."""

import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from inference.child.events import EVENTS, EventLog
from inference.child.failure import explain
from inference.child.files import atomic_write_json
from inference.child.leash import StopRequested, hold_leash
from inference.child.spec import Config, Spec, SpecError, load_spec

SUCCEEDED, BAD_SPEC, FAILED, STOPPED = 0, 2, 3, 143


class Result(Config):
    """result.json. `model` is the folder's name under the output folder, where there is one."""

    model: str | None = None
    metrics: dict[str, float] = {}
    template_hash: str | None = None


Work = Callable[[Spec, EventLog], Result]


def child_main(argv: list[str], kinds: Mapping[str, type[Spec]], work: Work) -> int:
    """Run `work` for the spec that argv names; returns the exit status.

    result.json is written last, so whoever finds it finds all the rest.
    """
    hold_leash()
    if len(argv) != 1:
        return _refuse(SpecError("give one argument: the path of spec.json"))
    try:
        spec = load_spec(Path(argv[0]), kinds)
    except SpecError as error:
        return _refuse(error)
    log = EventLog(spec.output / EVENTS)
    try:
        result = work(spec, log).model_dump()
    except StopRequested:
        log.message("Stopped on request.")
        return STOPPED
    except SpecError as error:
        error.output = spec.output
        return _refuse(error)
    except Exception as error:
        traceback.print_exc()
        cause, advice = explain(error)
        log.error(cause, advice)
        return FAILED
    atomic_write_json(spec.output / "result.json", result)
    log.result(result)
    return SUCCEEDED


def _refuse(error: SpecError) -> int:
    print(error, file=sys.stderr)
    if error.output is not None:
        EventLog(error.output / EVENTS).error(
            f"The spec was refused: {error}", "Correct the named fields and start again."
        )
    return BAD_SPEC
