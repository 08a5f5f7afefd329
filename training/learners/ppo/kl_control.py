"""How strongly the policy is tied to its reference."""

from typing import Protocol

from training.learners.specs import PpoConfig


class KlControl(Protocol):
    beta: float

    def observe(self, kl: float, episodes: int) -> None:
        """After an update on `episodes` answers with a mean of `kl` nats a response."""


class FixedKl:
    def __init__(self, beta: float) -> None:
        self.beta = beta

    def observe(self, kl: float, episodes: int) -> None:
        """Stays."""


class AdaptiveKl:
    """Steers beta so that the sequence KL comes to a target (Ziegler et al. 2019, section 2.2)."""

    def __init__(self, beta: float, *, target: float, horizon: float) -> None:
        self.beta = beta
        self._target = target
        self._horizon = horizon

    def observe(self, kl: float, episodes: int) -> None:
        error = min(0.2, max(-0.2, kl / self._target - 1))
        self.beta *= 1 + error * episodes / self._horizon


def kl_control(config: PpoConfig) -> KlControl:
    if config.kl_control == "adaptive":
        return AdaptiveKl(config.beta, target=config.kl_target, horizon=config.kl_horizon)
    return FixedKl(config.beta)
