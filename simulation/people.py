"""Simulated labelers: they think much as the hidden judge does, each a little differently.

A labeler sees the judge's points through a taste of their own (how much warmth and brevity matter
to them), through noise, and now and then does not look well. Near-equal answers tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from inference.tiny.corpus import Message, Quality, answer_written
from inference.tiny.reading import parse_prompt
from simulation.judge import NOTICEABLE, is_rude, is_wrong, judge_opinion

# Measured so that two people agree on 0.70-0.80 of pairs, of a base model's answers (0.78) as of
# those after fine-tuning, which lie closer together (0.74).
_TASTE = 0.25
_NOISE = 0.5
_SLIP = 0.12
# Below 2 points people no longer weigh by how much an answer is bad: a point counts half.
_BAD = 2.0
_BAD_WEIGHT = 0.5

_DEMONSTRATIONS = {
    Quality.PLAIN: 0.46,
    Quality.FRIENDLY: 0.22,
    Quality.PADDED: 0.14,
    Quality.CURT: 0.12,
    Quality.GUSHING: 0.06,
}


@dataclass(frozen=True)
class Judged:
    """What a labeler says of one answer: dense rank (1 best), Likert 1-7, and flags."""

    rank: int
    likert: int
    flags: tuple[str, ...]


class SimulatedLabeler:
    """One person. The seed fixes their taste; the noise of each act comes from the rng given."""

    def __init__(self, seed: int) -> None:
        taste = Random(f"labeler {seed}")
        self.seed = seed
        self._warmth = 1.0 + taste.gauss(0.0, _TASTE)
        self._brevity = 1.0 + taste.gauss(0.0, _TASTE)

    def considered(self, messages: Sequence[Message], completion: str) -> float:
        """The judge's points in this person's taste, without noise."""
        opinion = judge_opinion(messages, completion)
        points = (
            opinion.content
            + opinion.garble
            + opinion.ending
            + self._warmth * opinion.tone
            + self._brevity * (opinion.extra + opinion.length)
        )
        return points if points > _BAD else _BAD + _BAD_WEIGHT * (points - _BAD)

    def impression(self, messages: Sequence[Message], completion: str, rng: Random) -> float:
        """The points this person would give just now."""
        points = self.considered(messages, completion)
        if rng.random() < _SLIP:
            points = rng.uniform(-2.0, 4.0)
        return points + rng.gauss(0.0, _NOISE)

    def judge(
        self, messages: Sequence[Message], completions: Sequence[str], rng: Random
    ) -> list[Judged]:
        """Ranks, Likert and flags of all answers to a prompt, from one look at each."""
        seen = [self.impression(messages, text, rng) for text in completions]
        return [
            Judged(rank, likert_of(points), flags_of(messages, text))
            for rank, points, text in zip(dense_ranks(seen), seen, completions, strict=True)
        ]

    def rank(
        self, messages: Sequence[Message], completions: Sequence[str], rng: Random
    ) -> list[int]:
        """Dense ranks from 1 (best), ties equal, in the order of the completions."""
        return [judged.rank for judged in self.judge(messages, completions, rng)]

    def likert(
        self, messages: Sequence[Message], completion: str, rng: Random | None = None
    ) -> int:
        """1 (worst) to 7 for one answer by itself; without rng, less the noise of the moment."""
        if rng is None:
            return likert_of(self.considered(messages, completion))
        return likert_of(self.impression(messages, completion, rng))

    def flags(self, messages: Sequence[Message], completion: str) -> list[str]:
        """What this person would tick; the rubric's keys "unfit" and "fails"."""
        return list(flags_of(messages, completion))

    def write_demonstration(self, messages: Sequence[Message], rng: Random) -> str:
        return write_demonstration(messages, rng)


def dense_ranks(points: Sequence[float], tie: float = NOTICEABLE) -> list[int]:
    """Ranks from 1 for the most points; whoever is within `tie` of a group's best joins the group.

    >>> dense_ranks([1.0, 3.0, 2.9, -1.0])
    [2, 1, 1, 3]
    """
    ranks = [0] * len(points)
    rank, best = 0, float("inf")
    for index in sorted(range(len(points)), key=lambda i: -points[i]):
        if best - points[index] > tie:
            rank, best = rank + 1, points[index]
        ranks[index] = rank
    return ranks


def likert_of(points: float) -> int:
    """Points as a person feels them on the scale of 1 to 7; a plain right answer is a 6."""
    return max(1, min(7, round(points * 1.2 + 2.4)))


def flags_of(messages: Sequence[Message], completion: str) -> tuple[str, ...]:
    """What anybody would tick: "unfit" for insults, "fails" for another topic or a wrong fact."""
    flags = []
    if is_rude(completion):
        flags.append("unfit")
    if is_wrong(messages, completion):
        flags.append("fails")
    return tuple(flags)


def write_demonstration(messages: Sequence[Message], rng: Random) -> str:
    """A good answer, not a perfect one: right and polite, at times padded, curt or too warm.

    Raises ValueError for a prompt that is not in the corpus' wordings.
    """
    asked = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
    facts = parse_prompt(asked)
    if facts is None:
        raise ValueError(f"nobody here knows how to answer: {asked!r}")
    quality = rng.choices(list(_DEMONSTRATIONS), weights=list(_DEMONSTRATIONS.values()))[0]
    return answer_written(facts=facts, quality=quality, rng=rng)
