"""When a project warns and pauses its labelers: read, and changed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.gold.models import GoldRules
from annotation.people.models import Project, User
from annotation.people.projects import audit

CHANGEABLE = ("window", "least", "warn_below", "pause_below")


def rules_of(project: Project) -> GoldRules:
    """The project's rules; the defaults, unsaved, where nobody has changed any."""
    return GoldRules.objects.filter(project=project).first() or GoldRules(project=project)


def rules_update(*, actor: User, project: Project, **changes: int) -> GoldRules:
    """Change some of CHANGEABLE; they hold from the next grade on. Raises ValidationError."""
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise ValidationError(
            _("These cannot be changed: %(unknown)s.") % {"unknown": ", ".join(unknown)}
        )
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        rules = rules_of(project)
        for name, value in changes.items():
            setattr(rules, name, value)
        rules.full_clean(exclude=["project"], validate_constraints=False)
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
        rules.save()
        audit(
            project=project,
            actor=actor,
            verb="gold_rules_update",
            target=project.slug,
            fields=sorted(changes),
        )
    return rules
