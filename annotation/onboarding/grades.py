"""Reviewers grade the demonstrations of a screening, without knowing whose they are."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.feedback.checks import whole
from annotation.onboarding.attempts import attempt_content
from annotation.onboarding.models import Candidate, OnboardingAttempt, OnboardingGrade
from annotation.onboarding.parts import DEMONSTRATION
from annotation.people.models import Membership, Project, User
from annotation.texts import text_validate

MOST_NOTE = 2_000


@dataclass(frozen=True)
class Demonstration:
    """One to be graded: `item` is its place among those of its attempt."""

    attempt: OnboardingAttempt
    item: int
    prompt: str
    text: str
    graded: int  # by others


def demonstrations_of(attempt: OnboardingAttempt) -> list[tuple[int, str, str]]:
    """Place, prompt and text of each demonstration that was handed in."""
    prompts = attempt_content(attempt)["demonstrations"]
    return [
        (item, prompt, attempt.answers[f"{DEMONSTRATION}-{item}"]["text"])
        for item, prompt in enumerate(prompts)
        if f"{DEMONSTRATION}-{item}" in attempt.answers
    ]


def demonstrations_ungraded(*, reviewer: User, project: Project) -> list[Demonstration]:
    """What `reviewer` can grade: of undecided screenings of others, the least graded first."""
    attempts = OnboardingAttempt.objects.filter(
        state=OnboardingAttempt.State.SUBMITTED,
        membership__project=project,
        membership__state=Membership.State.ONBOARDING,
        membership__candidate__state=Candidate.State.UNDERWAY,
    ).exclude(membership__user=reviewer)
    found = []
    for attempt in attempts.select_related("step__project").prefetch_related("grades"):
        grades = list(attempt.grades.all())
        mine = {each.item for each in grades if each.reviewer_id == reviewer.pk}
        found += [
            Demonstration(attempt, item, prompt, text, sum(each.item == item for each in grades))
            for item, prompt, text in demonstrations_of(attempt)
            if item not in mine
        ]
    # Whose it is must not be told by what stands beside it.
    return sorted(found, key=lambda each: (each.graded, each.item, each.attempt.seed))


def demonstration_grade(
    *, reviewer: User, attempt: OnboardingAttempt, item: int, grade: int, note: str = ""
) -> OnboardingGrade:
    """Grade one from 1 to 7; a second grade takes the place of the first.

    Raises ValidationError, also where it is decided already.
    """
    if not whole(grade, 1, 7):
        raise ValidationError({"grade": _("Give a grade from 1 to 7.")})
    text_validate(note, what=_("The note"), limit=MOST_NOTE, blank=True)
    with transaction.atomic():
        rows = OnboardingAttempt.objects.select_for_update(of=("self",)).select_related(
            "step", "membership"
        )
        attempt = rows.get(pk=attempt.pk)
        if attempt.state != OnboardingAttempt.State.SUBMITTED:
            raise ValidationError(_("This candidate is decided on already."))
        if attempt.membership.user_id == reviewer.pk:
            raise ValidationError(_("Nobody grades what they wrote themselves."))
        if item not in {place for place, _prompt, _text in demonstrations_of(attempt)}:
            raise ValidationError({"item": _("There is no such demonstration.")})
        given, _created = OnboardingGrade.objects.update_or_create(
            attempt=attempt, item=item, reviewer=reviewer, defaults={"grade": grade, "note": note}
        )
    return given
