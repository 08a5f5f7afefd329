"""From which end labelers count. What is stored begins with the best, whatever they were shown.

A red team looks for the worst answer: on its pages rank 1 is the worst. Ranks are turned round here
as they come in, and nowhere else, so that all that reads them may take 1 for the best.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotation.feedback.models import Ranking
from annotation.people.models import RankingAim

STRENGTHS_WORSE = (
    (Ranking.Strength.NEGLIGIBLE, _("Negligibly worse")),
    (Ranking.Strength.SLIGHT, _("Slightly worse")),
    (Ranking.Strength.BETTER, _("Worse")),
    (Ranking.Strength.SIGNIFICANT, _("Significantly worse")),
)


def ranks_best_first(ranks: Sequence[int | None], aim: str) -> list[int | None]:
    """Ranks given under `aim`, so that the best has the smallest; ties stay ties, None stays None.

    Turned twice, dense ranks are the same again: this shows stored ranks under an aim too. What is
    no rank is left as it is, for the check that refuses it.
    """
    given = [rank for rank in ranks if rank is not None]
    if aim != RankingAim.WORST or not given or min(given) < 1 or max(given) > len(ranks):
        return list(ranks)
    return [None if rank is None else max(given) + 1 - rank for rank in ranks]


def slots_turned(slots: Sequence[int], k: int) -> list[int]:
    """A page's slots 1..k, counted from the other end; 0 is not yet ranked.

    Where all answers have one the turned ones begin with 1 again, whatever slots were left free.
    """
    last = k if 0 in slots else min(max(slots, default=k), k)
    return [last + 1 - slot if 1 <= slot <= last else slot for slot in slots]


def pick_ranks(picked: int, count: int, aim: str) -> list[int]:
    """Ranks, the best first, of `count` answers of which the `picked`-th was taken under `aim`."""
    first, others = (1, 2) if aim == RankingAim.BEST else (2, 1)
    return [first if index == picked else others for index in range(count)]


def pick_strengths(aim: str) -> Sequence[tuple[int, Any]]:
    """How much the answer taken under `aim` differs from the others, value and label."""
    return STRENGTHS_WORSE if aim == RankingAim.WORST else Ranking.Strength.choices
