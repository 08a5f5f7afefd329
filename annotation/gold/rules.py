"""When a project warns and pauses its labelers: read, and changed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.gold.models import GoldRules
from annotation.people.models import Project, User
from annotation.people.project_rules import rules_read, rules_write


def rules_of(project: Project) -> GoldRules:
    """The project's rules; the defaults, unsaved, where nobody has changed any."""
    return rules_read(GoldRules, project)


def rules_update(*, actor: User | None, project: Project, **changes: Any) -> GoldRules:
    """Change some of them; they hold from the next grade on. Raises ValidationError by field."""
    rules, _changed = rules_write(
        GoldRules,
        actor=actor,
        project=project,
        verb="gold_rules_update",
        check=rules_check,
        changes=changes,
    )
    return rules


def rules_check(rules: GoldRules) -> None:
    if rules.least > rules.window:
        raise ValidationError(
            {"least": _("No more than are looked at: %(window)s.") % {"window": rules.window}}
        )
    if rules.warn_below and rules.pause_below > rules.warn_below:
        raise ValidationError(
            {
                "pause_below": _("A pause comes after the warning: below %(warn)s.")
                % {"warn": rules.warn_below}
            }
        )
