"""`python -m training.learners SPEC.json`: run one training stage as its spec says."""

import sys

from inference.child.events import EventLog
from inference.child.process import Result, child_main
from inference.child.spec import Spec
from training.learners.specs import KINDS, PpoSpec, RewardSpec, SftSpec


def learn(spec: Spec, log: EventLog) -> Result:
    """Import the stage's own module only: torch and TRL cost seconds, a bad spec none."""
    if isinstance(spec, SftSpec):
        from training.learners.sft import run_sft  # noqa: PLC0415

        return run_sft(spec, log)
    if isinstance(spec, RewardSpec):
        from training.learners.reward import run_reward  # noqa: PLC0415

        return run_reward(spec, log)
    if isinstance(spec, PpoSpec):
        from training.learners.ppo.trainer import run_ppo  # noqa: PLC0415

        return run_ppo(spec, log)
    raise TypeError(f"no learner for {type(spec).__name__}")


if __name__ == "__main__":
    sys.exit(child_main(sys.argv[1:], KINDS, learn))
