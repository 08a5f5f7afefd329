"""What stays of a step: each of its versions, and who acknowledged which, and when."""

from django.db.models import QuerySet

from annotation.onboarding.models import OnboardingAttempt, OnboardingStep, OnboardingVersion
from annotation.people.models import Membership


def versions_of(step: OnboardingStep) -> QuerySet[OnboardingVersion]:
    """The latest first."""
    return step.versions.select_related("created_by").order_by("-number")


def acknowledged_of(step: OnboardingStep) -> QuerySet[OnboardingAttempt]:
    """Who read the step or agreed to it, the latest first. Of members at work alone: what
    candidates do is told without their names."""
    return (
        OnboardingAttempt.objects.filter(
            step=step,
            state=OnboardingAttempt.State.PASSED,
            membership__state=Membership.State.ACTIVE,
        )
        .select_related("membership__user")
        .order_by("-ended_at", "-pk")
    )


def outstanding_of(step: OnboardingStep) -> QuerySet[Membership]:
    """Labelers at work who are asked for this version and have not acknowledged it."""
    done = OnboardingAttempt.objects.filter(
        step=step, state=OnboardingAttempt.State.PASSED, version__gte=step.asked_from
    )
    return (
        Membership.objects.filter(
            project=step.project_id, state=Membership.State.ACTIVE, onboarding_due=True
        )
        .exclude(pk__in=done.values("membership"))
        .select_related("user")
        .order_by("user__username")
    )
