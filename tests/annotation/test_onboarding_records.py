"""What stays of a step."""

import pytest
from django.urls import reverse

from annotation.models import Membership
from annotation.onboarding.attempts import step_acknowledge
from annotation.onboarding.records import acknowledged_of, outstanding_of, versions_of
from annotation.onboarding.steps import step_update
from tests.annotation.onboarding import nora, step_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def consent(cast):
    """Version 1 has Lena's word, version 2 Luis's; Nora, a candidate, has agreed to both."""
    step, _ = step_make(cast, "consent", ask_now=True), step_make(cast, "quiz")
    lena, luis = (Membership.objects.get(user=each) for each in (cast.lena, cast.luis))
    candidate = nora(cast)
    for member in (lena, candidate):
        step_acknowledge(membership=member, step=step, version=1)
    content = {"statement": "I agree to more."}
    step = step_update(actor=cast.ada, step=step, content=content, ask_again=True)
    for member in (luis, candidate):
        step_acknowledge(membership=member, step=step, version=2)
    return step


def test_who_agreed_to_which_version_is_kept(cast, consent):
    told = [(each.membership.user.username, each.version) for each in acknowledged_of(consent)]
    assert told == [("luis", 2), ("lena", 1)]
    assert [each.user.username for each in outstanding_of(consent)] == ["hana", "lena"]
    assert [each.content["statement"] for each in versions_of(consent)] == [
        "I agree to more.",
        "I agree to be measured.",
    ]


def test_the_page_tells_it_and_no_candidates_name(cast, client, consent):
    client.force_login(cast.ada)
    page = reverse("onboarding-step-history", args=["everyday", consent.pk])
    shown = client.get(page).content.decode()
    for seen in ("luis", "lena", "I agree to be measured.", "I agree to more.", "hana, lena"):
        assert seen in shown
    assert "nora" not in shown
    client.force_login(cast.rosa)
    assert client.get(page).status_code == 403
