"""The check of integrity, as far as onboarding goes."""

import pytest

from annotation.integrity import faults_find
from annotation.models import Membership, OnboardingAttempt, OnboardingVersion, Project
from annotation.onboarding.attempts import step_acknowledge
from annotation.onboarding.decisions import candidate_decide
from tests.annotation.onboarding import nora, screened, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def used(cast):
    step, screening = step_make(cast, "read", ask_now=True), step_make(cast, "screening")
    lena = Membership.objects.get(user=cast.lena)
    step_acknowledge(membership=lena, step=step, version=1)
    membership = nora(cast)
    step_acknowledge(membership=membership, step=step, version=1)
    attempt = screened(membership, screening)
    candidate = attempt.membership.candidate
    candidate_decide(actor=cast.ada, candidate=candidate, outcome="accepted")
    return cast


def test_an_onboarding_that_was_used_has_no_fault(used):
    assert list(faults_find()) == []


def test_each_fault_is_told(used):
    Project.objects.filter(pk=used.other.pk).update(onboards=True)
    Membership.objects.filter(user=used.lena).update(onboarding_due=True)
    OnboardingAttempt.objects.filter(membership__user=used.lena).update(version=7)
    OnboardingVersion.objects.filter(step__kind="screening").delete()
    told = "\n".join(faults_find())
    for words in (
        f"Project {used.other.pk} says of its onboarding True",
        "OnboardingStep",
        "OnboardingAttempt",
    ):
        assert words in told
    assert "kept from tasks" in told
