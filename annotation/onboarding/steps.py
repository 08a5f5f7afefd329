"""An admin composes the onboarding: steps are added, changed, put in order and retired."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.onboarding.content import content_new, content_validate
from annotation.onboarding.models import OnboardingAttempt, OnboardingStep, OnboardingVersion
from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.people.projects import audit, changes_between
from annotation.texts import text_validate

Kind = OnboardingStep.Kind
SAID = ("title", "body", "content")
"""What a step says: a change is a new version."""
SETTINGS = ("pass_mark", "tries", "wait_minutes")
CHANGEABLE = (*SAID, *SETTINGS)
MOST_STEPS = 50


def steps_of(project: Project) -> QuerySet[OnboardingStep]:
    """The steps that are asked, in their order."""
    return OnboardingStep.objects.filter(project=project, retired_at=None)


def step_create(
    *,
    actor: User | None,
    project: Project,
    kind: str,
    ask_now: bool = False,
    **said: Any,
) -> OnboardingStep:
    """Add a step of CHANGEABLE as the last. `ask_now`: labelers at work acknowledge it before their
    next task too. Raises ValidationError by field.
    """
    if kind not in Kind.values:
        raise ValidationError({"kind": _("Unknown kind of step: %(kind)s.") % {"kind": kind}})
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        steps = list(steps_of(project))
        if len(steps) >= MOST_STEPS:
            raise ValidationError(_("At most %(most)s steps.") % {"most": MOST_STEPS})
        if kind == Kind.SCREENING and any(each.kind == kind for each in steps):
            raise ValidationError({"kind": _("There is a screening already: change that one.")})
        position = max((each.position for each in steps), default=0) + 1
        step = OnboardingStep(
            project=project, kind=kind, position=position, content=content_new(kind)
        )
        step_fill(step, said)
        step.save()
        version_write(step, actor)
        onboards_set(project)
        audit(
            project=project,
            actor=actor,
            verb="onboarding_step_create",
            target=step.title,
            kind=kind,
        )
        if ask_now:
            step_ask(step)
    return step


def step_update(
    *, actor: User | None, step: OnboardingStep, ask_again: bool = False, **changes: Any
) -> OnboardingStep:
    """Change any of CHANGEABLE; what is said anew is a new version. `ask_again`: what was
    acknowledged before does not count, for candidates and for labelers at work. Raises
    ValidationError by field.
    """
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=step.project_id)
        step = OnboardingStep.objects.select_related("project").get(pk=step.pk)
        if step.retired_at:
            raise ValidationError(_("This step is retired."))
        before = {name: getattr(step, name) for name in CHANGEABLE}
        step_fill(step, changes)
        changed = changes_between(before, {name: getattr(step, name) for name in CHANGEABLE})
        if set(changed) & set(SAID):
            step.version += 1
        step.save()
        if set(changed) & set(SAID):
            version_write(step, actor)
        if ask_again:
            step_ask(step)
        if changed or ask_again:
            audit(
                project=step.project,
                actor=actor,
                verb="onboarding_step_update",
                target=step.title,
                version=step.version,
                ask_again=ask_again,
                fields=sorted(changed),
            )
    return step


def step_fill(step: OnboardingStep, said: dict[str, Any]) -> None:
    if unknown := sorted(set(said) - set(CHANGEABLE)):
        raise ValidationError(
            _("These cannot be changed: %(unknown)s.") % {"unknown": ", ".join(unknown)}
        )
    for name, value in said.items():
        setattr(step, name, value)
    try:
        text_validate(step.title, what=_("The title"), limit=120)
    except ValidationError as error:
        raise ValidationError({"title": error.messages}) from error
    text_validate(step.body, what=_("The text"), blank=True)
    step.content = content_validate(
        step.content, kind=step.kind, project=step.project, body=step.body
    )
    step.full_clean(exclude=["project", "content", "retired_at"], validate_constraints=False)


def version_write(step: OnboardingStep, actor: User | None) -> None:
    OnboardingVersion.objects.create(
        step=step,
        number=step.version,
        title=step.title,
        body=step.body,
        content=step.content,
        created_by=actor,
    )


def step_ask(step: OnboardingStep) -> None:
    """Have labelers acknowledge this version, those at work before their next task."""
    if step.kind not in OnboardingStep.ACKNOWLEDGED:
        raise ValidationError(_("Only what is read or agreed to is asked again."))
    step.asked_from = step.version
    step.save(update_fields=["asked_from"])
    done = OnboardingAttempt.objects.filter(
        membership=OuterRef("pk"), step=step, state="passed", version__gte=step.version
    )
    labelers = Membership.objects.filter(
        ~Exists(done), project=step.project_id, roles__role=MembershipRole.Role.LABELER
    )
    Membership.objects.filter(pk__in=labelers.values("pk")).update(onboarding_due=True)


def step_retire(*, actor: User, step: OnboardingStep) -> OnboardingStep:
    """Ask it of nobody any more; what was said at it stays. Twice is once."""
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=step.project_id)
        step = OnboardingStep.objects.get(pk=step.pk)
        if step.retired_at is None:
            step.retired_at = timezone.now()
            step.save(update_fields=["retired_at"])
            onboards_set(project)
            audit(project=project, actor=actor, verb="onboarding_step_retire", target=step.title)
            if step.asked_from:
                due_forget(project)
    return step


def steps_order(*, actor: User, project: Project, ids: Sequence[int]) -> list[OnboardingStep]:
    """Put the steps in this order, which names each of them once. Raises ValidationError."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        steps = {each.pk: each for each in steps_of(project)}
        if sorted(ids) != sorted(steps):
            raise ValidationError({"ids": _("Name each step once: they have changed meanwhile.")})
        for position, pk in enumerate(ids, 1):
            steps[pk].position = position
        OnboardingStep.objects.bulk_update(steps.values(), ["position"])
        audit(project=project, actor=actor, verb="onboarding_steps_order", target=project.slug)
    return [steps[pk] for pk in ids]


def step_move(*, actor: User, step: OnboardingStep, by: int) -> list[OnboardingStep]:
    """One place up (-1) or down (1); at the ends it stays."""
    ids = list(steps_of(step.project).values_list("pk", flat=True))
    if step.pk not in ids:
        raise ValidationError(_("This step is retired."))
    place = ids.index(step.pk)
    there = min(max(place + by, 0), len(ids) - 1)
    ids.insert(there, ids.pop(place))
    return steps_order(actor=actor, project=step.project, ids=ids)


def onboards_set(project: Project) -> None:
    """Whether new labelers begin in onboarding: while there are steps."""
    Project.objects.filter(pk=project.pk).update(onboards=steps_of(project).exists())


def steps_due(membership: Membership) -> QuerySet[OnboardingStep]:
    """What a labeler at work has to acknowledge before the next task."""
    done = OnboardingAttempt.objects.filter(
        membership=membership,
        step=OuterRef("pk"),
        state=OnboardingAttempt.State.PASSED,
        version__gte=OuterRef("asked_from"),
    )
    return OnboardingStep.objects.filter(
        ~Exists(done), project=membership.project_id, retired_at=None, asked_from__gt=0
    )


def due_forget(project: Project) -> None:
    """Let labelers go on who have nothing to acknowledge any more."""
    for member in Membership.objects.filter(project=project, onboarding_due=True):
        due_settle(member)


def due_settle(membership: Membership) -> None:
    """Keep the flag that a claim reads in step with what is due."""
    due = steps_due(membership).exists()
    Membership.objects.filter(pk=membership.pk).exclude(onboarding_due=due).update(
        onboarding_due=due
    )


def instructions_follow(*, project: Project) -> None:
    """Steps that show the project's instructions show the changed ones, and ask for them again
    where they are to."""
    for step in steps_of(project).filter(kind=Kind.READ):
        if step.content["instructions"]:
            again = step.content["ask_again"]
            step_update(actor=None, step=step, content=dict(step.content), ask_again=again)
