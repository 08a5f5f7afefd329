"""What work costs: an amount for an hour, and one for each thing handed in."""

from decimal import Decimal
from typing import Any

from annotation.people.models import Project, User
from annotation.people.project_rules import rules_read, rules_write
from annotation.progress.models import Rates

KINDS = ("demonstration", "ranking", "dialogue", "prompt")
HOUR = 3600


def rates_of(project: Project) -> Rates:
    """The project's; nothing is paid where nobody has set any."""
    return rules_read(Rates, project)


def rates_update(*, actor: User | None, project: Project, **changes: Any) -> Rates:
    """Change some of them. Costs are computed anew, of what was done before too.

    Raises ValidationError by field.
    """
    rates, _changed = rules_write(
        Rates,
        actor=actor,
        project=project,
        verb="rates_update",
        check=rates_check,
        changes=changes,
    )
    return rates


def rates_check(rates: Rates) -> None:
    rates.currency = rates.currency.strip().upper()


def rates_set(rates: Rates) -> bool:
    return any(getattr(rates, name) for name in ("hour", *KINDS))


def cost(rates: Rates, *, kind: str, done: int, seconds: int) -> Decimal:
    """Of `done` things of a kind, which took `seconds` of active time; not rounded."""
    each: Decimal = getattr(rates, kind)
    return Decimal(rates.hour * Decimal(seconds) / HOUR + each * done)
