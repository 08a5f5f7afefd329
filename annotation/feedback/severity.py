"""How badly an answer breaks the rules, where the project asks for it."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.letters import answer_named
from annotation.people.models import RankingAim, SeverityAsked

LEAST, MOST = 0, 4
SEVERITIES = (
    (0, gettext_lazy("not at all")),
    (1, gettext_lazy("slightly")),
    (2, gettext_lazy("clearly")),
    (3, gettext_lazy("seriously")),
    (4, gettext_lazy("extremely")),
)


def pick_severity_asked(asked: str, aim: str) -> str:
    """What a project that asks for `asked` asks where one answer is taken: of the worst one, where
    that is what is taken, and of no other."""
    of_it = asked != SeverityAsked.NEVER and aim == RankingAim.WORST
    return SeverityAsked.WORST if of_it else SeverityAsked.NEVER


def severities_validate(
    severities: Sequence[int | None], *, ranks: Sequence[int | None], asked: str
) -> None:
    """Raise ValidationError where what was said is not what is asked.

    `ranks`, which begin with the best, tell the worst answers; where none was acceptable there are
    no ranks, and any answer may be given a severity.
    """
    ranked = [rank for rank in ranks if rank is not None]
    for place, (severity, rank) in enumerate(zip(severities, ranks, strict=True)):
        what = answer_named(place)
        worst = bool(ranked) and rank == max(ranked)
        if severity is None:
            if asked == SeverityAsked.EACH or (asked == SeverityAsked.WORST and worst):
                raise ValidationError(
                    _("%(what)s: say how severe it is, from %(least)s to %(most)s.")
                    % {"what": what, "least": LEAST, "most": MOST}
                )
            continue
        if not isinstance(severity, int) or isinstance(severity, bool):
            raise ValidationError(_("%(what)s: the severity is a whole number.") % {"what": what})
        if not LEAST <= severity <= MOST:
            raise ValidationError(
                _("%(what)s: the severity lies between %(least)s and %(most)s.")
                % {"what": what, "least": LEAST, "most": MOST}
            )
        if asked == SeverityAsked.NEVER:
            raise ValidationError(
                _("%(what)s: this project asks for no severity.") % {"what": what}
            )
        if asked == SeverityAsked.WORST and ranked and not worst:
            raise ValidationError(
                _("%(what)s: only the worst answer is given a severity.") % {"what": what}
            )
