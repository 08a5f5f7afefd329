"""How far people who ranked the same answers say the same of them. Pure, and the one definition."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Agreement:
    """Over pairs of answers that two people both judged.

    ordered: pairs that neither of them tied; alike: those of them that both order alike;
    both_tied: pairs that both tied.
    """

    pairs: int
    ordered: int
    alike: int
    both_tied: int

    @property
    def rate(self) -> float:
        """Of the pairs that both ordered, those ordered alike."""
        return self.alike / max(1, self.ordered)

    @property
    def tied(self) -> float:
        """Share of pairs that at least one of them tied."""
        return 1.0 - self.ordered / max(1, self.pairs)

    @property
    def with_ties(self) -> float:
        """Of all pairs, those of which both say the same; a tie by one of them counts half."""
        tied_by_one = self.pairs - self.ordered - self.both_tied
        same = self.alike + self.both_tied + tied_by_one / 2
        return same / self.pairs if self.pairs else 1.0


def agreement(rankings: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Agreement:
    """Each item holds two people's ranks of the same answers, in the same order of answers."""
    pairs = ordered = alike = both_tied = 0
    for first, second in rankings:
        for i, j in combinations(range(len(first)), 2):
            pairs += 1
            a, b = first[i] - first[j], second[i] - second[j]
            ordered += a * b != 0
            alike += a * b > 0
            both_tied += a == b == 0
    return Agreement(pairs, ordered, alike, both_tied)
