"""How good each answer is and how far each labeler can be trusted, of pairwise preferences.

Chen, Bennett, Collins-Thompson and Horvitz 2013, "Pairwise ranking aggregation in a crowdsourced
setting": labeler k says what Bradley and Terry's model says with probability eta_k, and the
opposite otherwise,

    P(k says i beats j) = eta_k p_ij + (1 - eta_k) (1 - p_ij),   p_ij = e^s_i / (e^s_i + e^s_j),

and a virtual answer of score 0 beats and loses to each answer lambda times (section 3.2), without
which an answer that nobody ever beats would have no finite score.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from annotation.quality.statistics.arrays import Floats, Ints

MOST_MOVE = 1.0
"""Of a score in an iteration: far from the optimum Newton's step may lead too far."""


@dataclass(frozen=True)
class CrowdBradleyTerry:
    """scores: (items,), 0 the virtual answer's; trust: (people,), 1 who always says what the model
    says, 0.5 who says anything, 0 who says the opposite; nan who says nothing."""

    scores: Floats
    trust: Floats
    iterations: int


def crowd_bradley_terry(
    winner: Ints,
    loser: Ints,
    person: Ints,
    *,
    items: int,
    people: int,
    virtual: float = 0.5,
    start: float = 0.9,
    fixed: bool = False,
    tolerance: float = 1e-4,
    most: int = 500,
    step: Callable[[], object] = lambda: None,
) -> CrowdBradleyTerry:
    """The penalised maximum likelihood, by EM over whether each preference was turned round.

    winner, loser, person: (m,) from 0. virtual: the paper's lambda. start: everybody's trust at
    first; `fixed`: and in the end, where 1 is plain Bradley-Terry. The scores of an iteration move
    by Newton's step of each for itself, which suits answers that are all compared with each other,
    as those of a task are. Ends when no trust moves by `tolerance` and no score by ten times as
    much, or after `most`. `step` is called at each iteration.
    """
    scores, trust = np.zeros(items), np.full(people, start)
    said = np.bincount(person, minlength=people)
    for iteration in range(1, most + 1):  # noqa: B007  # told in the end
        step()
        before = scores, trust
        strength = np.exp(scores)
        one, other = strength[winner], strength[loser]
        both = one + other
        right = trust[person] * one / both
        right /= right + (1 - trust[person]) * other / both
        if not fixed:
            with np.errstate(invalid="ignore"):
                trust = np.bincount(person, weights=right, minlength=people) / said
            trust = np.where(said > 0, trust, np.nan)
        likely = one / both
        slope = right - likely
        bend = likely * (1 - likely)
        alone = strength / (strength + 1)
        up = np.bincount(winner, weights=slope, minlength=items)
        up -= np.bincount(loser, weights=slope, minlength=items)
        curved = np.bincount(winner, weights=bend, minlength=items)
        curved += np.bincount(loser, weights=bend, minlength=items)
        moves = (up + virtual * (1 - 2 * alone)) / (curved + 2 * virtual * alone * (1 - alone))
        scores = scores + np.clip(moves, -MOST_MOVE, MOST_MOVE)
        moved = np.abs(np.nan_to_num(trust - before[1])).max(initial=0.0)
        if moved < tolerance and np.abs(scores - before[0]).max(initial=0.0) < 10 * tolerance:
            break
    return CrowdBradleyTerry(scores, trust, iteration)
