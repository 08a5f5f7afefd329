"""What a project asks of its reviewers: read, and changed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.people.models import Project, User
from annotation.people.project_rules import rules_read, rules_write
from annotation.people.rubric import rubric_whole
from annotation.review.models import ReviewRules, ReviewWatch

# A change of these finds other tasks, so that a worker goes through all of them once more.
FINDING = {"asked", "share", "agreement_below", "flags"}


def rules_of(project: Project) -> ReviewRules:
    """The project's rules; the defaults, unsaved, where nobody has changed any."""
    return rules_read(ReviewRules, project)


def rules_update(*, actor: User | None, project: Project, **changes: Any) -> ReviewRules:
    """Change some of them. Raises ValidationError by field."""
    with transaction.atomic():
        rules, changed = rules_write(
            ReviewRules,
            actor=actor,
            project=project,
            verb="review_rules_update",
            check=lambda rules: flags_check(rules, project),
            changes=changes,
        )
        if FINDING & set(changed):
            ReviewWatch.objects.filter(project=project).update(rankings=0, demonstrations=0)
    return rules


def flags_check(rules: ReviewRules, project: Project) -> None:
    """In order, each once; one that the rubric has no more may stay, but none is new."""
    if not isinstance(rules.flags, list) or not all(isinstance(key, str) for key in rules.flags):
        raise ValidationError({"flags": _("The flags are a list of their keys.")})
    known = {flag["key"] for flag in rubric_whole(project.rubric)["flags"]}
    known |= set(rules_of(project).flags)
    if unknown := sorted(set(rules.flags) - known):
        raise ValidationError(
            {"flags": _("The rubric has no flag %(names)s.") % {"names": ", ".join(unknown)}}
        )
    rules.flags = sorted(set(rules.flags))
