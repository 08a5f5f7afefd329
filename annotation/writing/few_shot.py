"""Few-shot prompts: of K pairs, each one's query is asked once, with the others as examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.prompts.prompts import normal
from annotation.texts import text_validate

FEWEST_PAIRS, MOST_PAIRS = 2, 10


@dataclass(frozen=True)
class Pair:
    query: str
    response: str


def few_shot_render(instruction: str, pairs: Sequence[Pair]) -> list[str]:
    """The K prompts' texts; the i-th one asks the i-th pair's query."""
    return [
        "\n\n".join(
            [
                instruction.strip(),
                *(
                    f"Query: {other.query.strip()}\nResponse: {other.response.strip()}"
                    for place, other in enumerate(pairs)
                    if place != asked
                ),
                f"Query: {pair.query.strip()}\nResponse:",
            ]
        )
        for asked, pair in enumerate(pairs)
    ]


def few_shot_validate(instruction: str, pairs: Sequence[Pair]) -> None:
    """Raise ValidationError, in words, for what cannot be rendered."""
    text_validate(instruction, what=_("The instruction"))
    if not FEWEST_PAIRS <= len(pairs) <= MOST_PAIRS:
        raise ValidationError(
            _("Give %(fewest)s to %(most)s pairs of a query and its response, not %(count)s.")
            % {"fewest": FEWEST_PAIRS, "most": MOST_PAIRS, "count": len(pairs)}
        )
    asked: dict[str, int] = {}
    for number, pair in enumerate(pairs, start=1):
        text_validate(pair.query, what=_("The query of pair %(number)s") % {"number": number})
        text_validate(pair.response, what=_("The response of pair %(number)s") % {"number": number})
        earlier = asked.setdefault(normal(pair.query), number)
        if earlier != number:
            raise ValidationError(
                _("Pairs %(earlier)s and %(number)s ask the same.")
                % {"earlier": earlier, "number": number}
            )
