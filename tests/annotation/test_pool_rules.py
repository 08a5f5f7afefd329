"""A project's rules for its prompts."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.models import AuditEvent
from annotation.pool.models import INSTRUCTGPT_MIX
from annotation.pool.rules import rules_of, rules_update
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_a_project_begins_with_the_defaults(cast: Cast) -> None:
    rules = rules_of(cast.project)
    assert rules._state.adding
    assert rules.mix == INSTRUCTGPT_MIX
    assert rules.contributor_cap == 200


def test_rules_are_read_and_kept(cast: Cast) -> None:
    rules = rules_update(
        actor=cast.ada, project=cast.project, languages="en-US, de", phone_region=" gb"
    )
    assert (rules.languages_wanted, rules.phone_region) == (["de", "en"], "GB")
    assert rules_of(cast.project) == rules
    event = AuditEvent.objects.get(verb="prompt_rules_update")
    assert event.data["fields"] == ["languages", "phone_region"]
    again = rules_update(actor=cast.ada, project=cast.project, contributor_cap=5)
    assert again.fingerprint == rules.fingerprint
    other = rules_update(actor=cast.ada, project=cast.project, prefix_length=5)
    assert other.fingerprint != rules.fingerprint


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("near_percent", 30, "between 60 and 100"),
        ("phone_region", "XX", "two letters"),
        ("languages", "?", "language"),
        ("mix", {"chat": 50}, "add up to 50.0 %"),
        ("mix", {"talk": 100}, "names use cases"),
        ("mix", {"chat": True}, "between 0 and 100"),
        ("prefix_length", 20_000, "10000"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    cast: Cast, field: str, value: Any, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rules_update(actor=cast.ada, project=cast.project, **{field: value})
    assert words in " ".join(refused.value.message_dict[field])
    with pytest.raises(ValidationError):
        rules_update(actor=cast.ada, project=cast.project, colour="blue")
