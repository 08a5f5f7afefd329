"""Which of the sampled answers people get to rank: K different texts, shared among the models."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from annotation.texts import leaves_mark

# Sampled past a model's share, since equal answers count once.
SPARE_SHARE = 0.5
SPARE_LEAST = 2


@dataclass(frozen=True)
class Draw:
    """An answer that a model gave to a prompt."""

    model: int
    """Position among the job's models."""
    key: str
    """Equal for answers that a reader cannot tell apart."""
    text: str


def shares_split(k: int, weights: Sequence[float]) -> list[int]:
    """K answers by weight, in whole numbers that sum to K: the largest remainders round up."""
    total = sum(weights)
    exact = [k * weight / total for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: k - sum(shares)]:
        shares[i] += 1
    return shares


def draws_wanted(share: int) -> int:
    """How many answers to sample so that `share` different ones are likely."""
    return share + max(SPARE_LEAST, ceil(share * SPARE_SHARE)) if share else 0


def answers_choose(draws: Sequence[Draw], shares: Sequence[int], k: int) -> list[Draw]:
    """At most K draws of different texts that leave a mark.

    First each model's own share, in the order drawn; a model that repeats itself leaves room for
    what others gave beyond theirs. A text that several models gave counts for the first.
    """
    distinct: dict[str, Draw] = {}
    for draw in draws:
        if leaves_mark(draw.text):
            distinct.setdefault(draw.key, draw)
    chosen, spare, taken = [], [], [0] * len(shares)
    for draw in distinct.values():
        if taken[draw.model] < shares[draw.model]:
            taken[draw.model] += 1
            chosen.append(draw)
        else:
            spare.append(draw)
    return (chosen + spare)[:k]
