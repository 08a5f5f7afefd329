"""What onboarding does when a project changes or is copied, and what its events are called."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from annotation.onboarding.models import OnboardingStep
from annotation.onboarding.steps import instructions_follow, step_create, steps_of
from annotation.people.events import events_name
from annotation.people.models import Project, User
from annotation.people.signals import project_changed, project_copied

COPIED = ("title", "body", "pass_mark", "tries", "wait_minutes")

events_name(
    {
        "onboarding_step_create": gettext_lazy("added a step of the onboarding"),
        "onboarding_step_update": gettext_lazy("changed a step of the onboarding"),
        "onboarding_step_retire": gettext_lazy("retired a step of the onboarding"),
        "onboarding_steps_order": gettext_lazy("put the onboarding in another order"),
        "onboarding_finish": gettext_lazy("finished the onboarding"),
        "candidate_decide": gettext_lazy("decided about a candidate"),
    }
)


@receiver(project_changed)
def on_project_changed(*, project: Project, fields: set[str], **_: Any) -> None:
    if "instructions" in fields:
        instructions_follow(project=project)


@receiver(project_copied)
def on_project_copied(*, source: Project, target: Project, actor: User, **_: Any) -> None:
    """The steps go along, no try at any; nor gold, which people made of their labels: what asks for
    nothing without it stays behind."""
    for step in steps_of(source):
        content = {name: value for name, value in step.content.items() if name != "golds"}
        asked = ("texts", "demonstrations", "topics")
        if step.kind == OnboardingStep.Kind.SCREENING and not any(content[n] for n in asked):
            continue
        said = {name: getattr(step, name) for name in COPIED}
        step_create(actor=actor, project=target, kind=step.kind, content=content, **said)
