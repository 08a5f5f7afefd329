"""A new project made like another: what was set up, and never what was said in it."""

from django.db import models, transaction

from annotation.gold.models import GoldRules
from annotation.people.models import Membership, Project, User
from annotation.people.project_rules import rules_copy
from annotation.people.projects import (
    CHANGEABLE,
    audit,
    member_add,
    project_create,
    roles_set,
)
from annotation.people.signals import project_copied
from annotation.pool.copying import prompts_copy_request
from annotation.pool.models import PromptRules
from annotation.progress.models import Rates
from annotation.quality.models import QualityThresholds
from annotation.review.models import ReviewRules

RULES: tuple[type[models.Model], ...] = (
    GoldRules,
    PromptRules,
    QualityThresholds,
    Rates,
    ReviewRules,
)
KEPT_STATES = (Membership.State.ACTIVE, Membership.State.ONBOARDING)


def project_copy(
    *,
    actor: User,
    source: Project,
    name: str,
    slug: str | None = None,
    prompts: bool = False,
    members: bool = False,
) -> Project:
    """Make a project with the settings, instructions, rubric and rules of `source`; `actor` is its
    admin. A worker copies the prompts, each with its split, after that.

    Tasks, assignments, labels, models and what labelers wrote stay where they are. Raises
    ValidationError by field.
    """
    settings = {field: getattr(source, field) for field in CHANGEABLE if field != "name"}
    with transaction.atomic():
        target = project_create(actor=actor, name=name, slug=slug, **settings)
        for rules in RULES:
            rules_copy(rules, source=source, target=target)
        audit(
            project=target,
            actor=actor,
            verb="project_copy",
            target=target.slug,
            source=source.slug,
            prompts=prompts,
            members=members,
        )
        if members:
            members_copy(actor=actor, source=source, target=target)
        if prompts:
            prompts_copy_request(actor=actor, source=source, target=target)
        project_copied.send(sender=Project, source=source, target=target, actor=actor)
    return target


def members_copy(*, actor: User, source: Project, target: Project) -> None:
    """Who is active or in onboarding, as they stand, with what they do not want to be given."""
    rows = source.memberships.filter(state__in=KEPT_STATES).select_related("user")
    for held in rows.prefetch_related("roles"):
        roles = [row.role for row in held.roles.all()]
        if held.user_id == actor.pk:  # is a member already, as its admin
            copy = target.memberships.get(user=actor)
            roles_set(copy, sorted({*roles, *copy.roles.values_list("role", flat=True)}))
            copy.heldout, copy.languages, copy.skills = held.heldout, held.languages, held.skills
        else:
            copy = member_add(
                actor=actor,
                project=target,
                user=held.user,
                roles=roles,
                state=held.state,
                heldout=held.heldout,
                languages=held.languages,
                skills=held.skills,
            )
        copy.declined, copy.veil = held.declined, held.veil
        copy.save()
