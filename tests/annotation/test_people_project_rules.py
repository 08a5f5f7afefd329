"""A part's settings for a project: defaults without a row, changed, told of, copied."""

import pytest
from django.core.exceptions import ValidationError

from annotation.models import AuditEvent, GoldRules
from annotation.people.project_rules import changeable, rules_copy, rules_read, rules_write
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def write(cast: Cast, **changes: object) -> dict[str, list[object]]:
    _rules, changed = rules_write(
        GoldRules,
        actor=cast.ada,
        project=cast.project,
        verb="tried",
        check=lambda _rules: None,
        changes=changes,
    )
    return changed


def test_all_but_the_project_can_be_changed() -> None:
    assert changeable(GoldRules) == ["window", "least", "warn_below", "pause_below"]


def test_an_event_tells_what_is_another_now(cast: Cast) -> None:
    assert rules_read(GoldRules, cast.project)._state.adding
    assert write(cast, window=12, least=4) == {"window": [10, 12]}
    event = AuditEvent.objects.get(verb="tried")
    assert (event.actor, event.data["changes"]) == (cast.ada, {"window": [10, 12]})
    assert rules_read(GoldRules, cast.project).window == 12


def test_what_changes_nothing_is_not_told(cast: Cast) -> None:
    assert write(cast, window=10) == {}
    assert not AuditEvent.objects.filter(verb="tried").exists()
    assert not GoldRules.objects.exists()


@pytest.mark.parametrize("wrong", [{"project": None}, {"colour": 1}, {"window": 0}])
def test_what_cannot_be_is_refused(cast: Cast, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        write(cast, **wrong)
    assert not GoldRules.objects.exists()


def test_a_copy_has_what_was_changed_and_no_row_for_defaults(cast: Cast) -> None:
    rules_copy(GoldRules, source=cast.project, target=cast.other)
    assert not GoldRules.objects.exists()
    write(cast, window=12)
    rules_copy(GoldRules, source=cast.project, target=cast.other)
    assert rules_read(GoldRules, cast.other).window == 12
