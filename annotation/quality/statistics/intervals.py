"""Confidence intervals for rates."""

from dataclasses import asdict, dataclass
from math import sqrt

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """A share with its 95 % interval."""

    rate: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def wilson(*, successes: float, trials: int, z: float = Z_95) -> Rate:
    """Wilson's score interval (Wilson 1927, equation 4; ties may count as half a success).

    Raises ValueError where there was no trial, or more successes than trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials have no interval.")
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(p * (1 - p) / trials + z * z / (4 * trials**2)) / (1 + z * z / trials)
    return Rate(rate=p, low=max(0.0, centre - half), high=min(1.0, centre + half))


def win_rate(scores: list[float], opponents: list[float], tie: float = 0.0) -> Rate:
    """Share of pairs in which `scores` beats `opponents`; within `tie` of each other is half a win.

    Both lists are aligned by prompt. Raises ValueError when they differ in length or are empty.
    """
    wins = sum(
        0.5 if abs(mine - theirs) <= tie else float(mine > theirs)
        for mine, theirs in zip(scores, opponents, strict=True)
    )
    return wilson(successes=wins, trials=len(scores))
