"""Few-shot prompts: of K pairs, each one's query is asked once, with the others as examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError

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
    text_validate(instruction, what="The instruction")
    if not FEWEST_PAIRS <= len(pairs) <= MOST_PAIRS:
        raise ValidationError(
            f"Give {FEWEST_PAIRS} to {MOST_PAIRS} pairs of a query and its response, "
            f"not {len(pairs)}."
        )
    asked: dict[str, int] = {}
    for number, pair in enumerate(pairs, start=1):
        text_validate(pair.query, what=f"The query of pair {number}")
        text_validate(pair.response, what=f"The response of pair {number}")
        earlier = asked.setdefault(normal(pair.query), number)
        if earlier != number:
            raise ValidationError(f"Pairs {earlier} and {number} ask the same.")
