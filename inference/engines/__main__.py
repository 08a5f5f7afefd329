"""`python -m inference.engines SPEC.json`: sample or score, as the spec says."""

import sys

from inference.child.events import EventLog
from inference.child.process import Result, child_main
from inference.child.spec import Spec
from inference.engines.specs import KINDS


def _work(spec: Spec, log: EventLog) -> Result:
    # Torch loads for seconds: only for a spec that is good, and with the leash already held.
    from inference.engines.jobs import work  # noqa: PLC0415

    return work(spec, log)


if __name__ == "__main__":
    sys.exit(child_main(sys.argv[1:], KINDS, _work))
