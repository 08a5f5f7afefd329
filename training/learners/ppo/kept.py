"""The last policy that was near enough to its reference: what a run over the ceiling publishes."""

import torch
from torch import Tensor, nn

from inference.child.events import EventLog
from training.learners.specs import PpoConfig


class KeptPolicy:
    """A copy of the policy's weights, on the CPU, as of the last update under the KL ceiling."""

    def __init__(self, policy: nn.Module, config: PpoConfig, log: EventLog) -> None:
        self._policy = policy
        self._ceiling = config.kl_ceiling
        self._log = log
        self._state: dict[str, Tensor] | None = None
        self._step = 0
        if self._ceiling is not None:
            self.keep(0)

    def is_broken(self, kl: float) -> bool:
        """`kl` in nats a response; one that is not a number breaks the ceiling too."""
        return self._ceiling is not None and not kl <= self._ceiling

    @torch.no_grad()
    def keep(self, step: int) -> None:
        """Remember the policy as it is after `step` updates; nothing to do without a ceiling."""
        if self._ceiling is None:
            return
        state = self._policy.state_dict()
        if self._state is None:
            self._state = {name: value.to("cpu", copy=True) for name, value in state.items()}
        for name, value in state.items():
            self._state[name].copy_(value)
        self._step = step

    def restore(self, broken_after: int, kl: float) -> int:
        """Put the kept policy back, and say so; the number of updates it is after."""
        assert self._state is not None
        self._policy.load_state_dict(self._state)
        what = (
            f"the policy after update {self._step}"
            if self._step
            else "the start model itself, which no update has changed,"
        )
        self._log.message(
            f"Stopped after {broken_after} updates: KL {kl:.1f} nats a response is over the "
            f"ceiling of {self._ceiling:g}. What is published is {what}. A larger beta or a lower "
            "learning rate keeps the policy nearer.",
            level="warning",
        )
        return self._step
