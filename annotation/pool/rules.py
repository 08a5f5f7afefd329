"""A project's rules for its prompts: read, and changed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.people.models import Project, User
from annotation.people.project_rules import rules_read, rules_write
from annotation.pool.models import PromptRules
from annotation.prompts.models import UseCase
from annotation.tags import languages_read


def rules_of(project: Project) -> PromptRules:
    """The project's rules; the defaults, unsaved, where nobody has changed any."""
    return rules_read(PromptRules, project)


def rules_update(*, actor: User | None, project: Project, **changes: Any) -> PromptRules:
    """Change some of them. Prompts are scanned by them from the next scan on.

    Raises ValidationError by field.
    """
    rules, _changed = rules_write(
        PromptRules,
        actor=actor,
        project=project,
        verb="prompt_rules_update",
        check=rules_check,
        changes=changes,
    )
    return rules


def rules_check(rules: PromptRules) -> None:
    """Check the rules, and bring what was typed into the form it is stored in."""
    rules.languages = ",".join(languages_read(rules.languages))
    rules.phone_region = rules.phone_region.strip().upper()
    if rules.phone_region:
        from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415

        if rules.phone_region not in SUPPORTED_REGIONS:
            raise ValidationError(
                {"phone_region": _("A country is two letters, such as US, GB or DE.")}
            )
    if rules.near_percent and not 60 <= rules.near_percent <= 100:
        raise ValidationError(
            {"near_percent": _("A share lies between 60 and 100; 0 looks for none.")}
        )
    rules.mix = mix_read(rules.mix)


def mix_read(said: Any) -> dict[str, float]:
    """A share of every use case, in percent; they need not add up to 100, but near."""
    if not isinstance(said, dict) or set(said) - set(UseCase.values):
        raise ValidationError({"mix": _("A mix names use cases and their shares.")})
    mix: dict[str, float] = {}
    for use_case in UseCase.values:
        share = said.get(use_case, 0)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100:
            raise ValidationError({"mix": _("A share lies between 0 and 100 percent.")})
        mix[use_case] = round(float(share), 1)
    if not 99 <= sum(mix.values()) <= 101:
        raise ValidationError(
            {
                "mix": _("The shares add up to %(sum)s %%, not to 100.")
                % {"sum": round(sum(mix.values()), 1)}
            }
        )
    return mix
