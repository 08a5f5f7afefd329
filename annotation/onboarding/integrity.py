"""What steps, members and tries say of each other, for `check_integrity`."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from annotation.onboarding.models import OnboardingAttempt, OnboardingStep, OnboardingVersion
from annotation.onboarding.steps import steps_due
from annotation.people.models import Membership, Project


def projects_with_steps_onboard() -> Iterator[str]:
    """New labelers begin in onboarding while there are steps, and only then."""
    asked = OnboardingStep.objects.filter(project=OuterRef("pk"), retired_at=None)
    projects = Project.objects.annotate(asks=Exists(asked)).exclude(asks=F("onboards"))
    for project in projects.order_by("pk"):
        yield f"Project {project.pk} says of its onboarding {project.onboards}, against its steps."


def who_is_kept_from_tasks_has_something_to_read() -> Iterator[str]:
    for member in Membership.objects.filter(onboarding_due=True).order_by("pk"):
        if not steps_due(member).exists():
            yield f"Member {member.pk} is kept from tasks, with nothing left to acknowledge."


def versions_are_kept() -> Iterator[str]:
    """What a step says now, and what any try was at, can be read."""
    for model, fields in (
        (OnboardingStep, {"step": "pk", "number": "version"}),
        (OnboardingAttempt, {"step": "step", "number": "version"}),
    ):
        kept = OnboardingVersion.objects.filter(
            **{name: OuterRef(source) for name, source in fields.items()}
        )
        for pk in model.objects.filter(~Exists(kept)).order_by("pk").values_list("pk", flat=True):
            yield f"{model.__name__} {pk} names a version that nobody kept."


CHECKS = (
    projects_with_steps_onboard,
    who_is_kept_from_tasks_has_something_to_read,
    versions_are_kept,
)
