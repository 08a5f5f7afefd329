"""How badly an answer breaks the rules, where the project asks for it."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from annotation.people.models import SeverityAsked

LEAST, MOST = 0, 4
SEVERITIES = (
    (0, "not at all"),
    (1, "slightly"),
    (2, "clearly"),
    (3, "seriously"),
    (4, "extremely"),
)


def severities_validate(
    severities: Sequence[int | None], *, ranks: Sequence[int | None], asked: str
) -> None:
    """Raise ValidationError where what was said is not what is asked.

    `ranks`, which begin with the best, tell the worst answers; where none was acceptable there are
    no ranks, and any answer may be given a severity.
    """
    ranked = [rank for rank in ranks if rank is not None]
    for number, (severity, rank) in enumerate(zip(severities, ranks, strict=True), start=1):
        what = f"Answer {number}"
        worst = bool(ranked) and rank == max(ranked)
        if severity is None:
            if asked == SeverityAsked.EACH or (asked == SeverityAsked.WORST and worst):
                raise ValidationError(f"{what}: say how severe it is, from {LEAST} to {MOST}.")
            continue
        if not isinstance(severity, int) or isinstance(severity, bool):
            raise ValidationError(f"{what}: the severity is a whole number.")
        if not LEAST <= severity <= MOST:
            raise ValidationError(f"{what}: the severity lies between {LEAST} and {MOST}.")
        if asked == SeverityAsked.NEVER:
            raise ValidationError(f"{what}: this project asks for no severity.")
        if asked == SeverityAsked.WORST and ranked and not worst:
            raise ValidationError(f"{what}: only the worst answer is given a severity.")
