"""The audit: what is written with a change, and how it is read."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.models import AuditEvent, Membership
from annotation.people.events import Detail, details_of, events_found, verb_named
from annotation.people.members import member_prefer
from annotation.people.projects import audit, member_update, project_update

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_a_change_is_kept_with_what_was_before(cast):
    project_update(actor=cast.ada, project=cast.project, overlap=3, name="Everyday")
    event = AuditEvent.objects.get()
    assert event.data == {"fields": ["overlap"], "changes": {"overlap": [1, 3]}}
    assert (event.actor, event.project, event.target) == (cast.ada, cast.project, "everyday")
    assert details_of(event) == [Detail("People per task", "3", "1")]


def test_the_instructions_that_were_are_kept_whole(cast):
    first = "Be kind. " * 100
    project_update(actor=cast.ada, project=cast.project, instructions=first)
    project_update(actor=cast.ada, project=cast.project, instructions="Be brief.")
    event = AuditEvent.objects.latest("pk")
    assert event.data["changes"]["instructions"] == [first, "Be brief."]
    (detail,) = details_of(event)
    assert (detail.name, detail.after) == ("Instructions", "Be brief.")
    assert detail.before == first[:200] + "…"


def test_choices_are_told_in_words(cast):
    project_update(actor=cast.ada, project=cast.project, queue_order="breadth")
    (detail,) = details_of(AuditEvent.objects.get())
    assert detail.before == "Finish a task before the next one is begun"


def test_a_members_change_is_kept_and_nothing_for_none(cast):
    lena = Membership.objects.get(project=cast.project, user=cast.lena)
    member_update(actor=cast.ada, membership=lena, roles=["labeler"], state="active")
    assert not AuditEvent.objects.exists()
    member_update(actor=cast.ada, membership=lena, roles=["reviewer", "labeler"], heldout=True)
    event = AuditEvent.objects.get()
    assert event.data == {
        "changes": {"heldout": [False, True], "roles": [["labeler"], ["labeler", "reviewer"]]}
    }
    assert details_of(event) == [
        Detail("Held out", "yes", "no"),
        Detail("Roles", "Labeler, Reviewer", "Labeler"),
    ]


def test_what_was_refused_leaves_no_event(cast):
    ada = Membership.objects.get(project=cast.project, user=cast.ada)
    with pytest.raises(ValidationError):
        member_update(actor=cast.ada, membership=ada, roles=["labeler"])
    with pytest.raises(ValidationError):
        project_update(actor=cast.ada, project=cast.project, k_min=3)
    assert not AuditEvent.objects.exists()


def test_what_a_labeler_declines_is_shown_to_nobody(cast):
    lena = Membership.objects.get(project=cast.project, user=cast.lena)
    member_prefer(membership=lena, languages=["de"], declined=["hate", "violence"])
    assert details_of(AuditEvent.objects.get()) == [Detail("Languages", "de")]


def test_events_are_found_by_who_what_and_when(cast):
    audit(project=cast.project, actor=cast.ada, verb="a", target="1")
    audit(project=cast.project, actor=cast.rosa, verb="b", target="2")
    audit(project=cast.other, actor=cast.ada, verb="a", target="3")
    audit(project=None, actor=None, verb="a", target="4")

    def found(**wanted):
        return [event.target for event in events_found(**wanted)]

    assert found() == ["4", "3", "2", "1"]
    assert found(project=cast.project) == ["2", "1"]
    assert found(project=cast.project, actor="ada") == ["1"]
    assert found(verb="b") == ["2"]
    later = timezone.now() + timedelta(hours=1)
    assert found(since=later) == []
    assert len(found(until=later)) == 4


def test_a_verb_without_words_shows_as_it_is():
    assert verb_named("member_add") == "added a member"
    assert verb_named("round_go_on") == "round go on"
