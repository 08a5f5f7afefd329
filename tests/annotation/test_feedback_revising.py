"""Changing what was handed in: new revisions, in the window, by who said it first."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from annotation.exchange.exports import iter_demonstrations, iter_rankings
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import (
    demonstration_revise,
    ranking_revise,
    revisable,
    revisable_until,
)
from annotation.feedback.signals import feedback_submitted
from annotation.integrity import faults_find
from annotation.models import Assignment, Demonstration, Membership, Ranking
from annotation.people.projects import project_update
from annotation.queue.leases import assignment_heartbeat, shown_slots
from annotation.queue.standing import today_get
from tests.annotation.work import claimed, demonstration_task, ranked, ranking_task
from tests.cast import Cast, member, user

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def written(cast: Cast) -> Assignment:
    """Lena's demonstration, handed in."""
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text="First.")
    return fresh(assignment)


@pytest.fixture
def ordered(cast: Cast) -> Assignment:
    """Lena's ranking, handed in."""
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]), note="So.")
    return fresh(assignment)


def fresh(assignment: Assignment) -> Assignment:
    return Assignment.objects.select_related("task__project").get(pk=assignment.pk)


def rewrite(cast: Cast, assignment: Assignment, text: str, base: int = 1, **more: Any) -> Any:
    more = {"labeler": cast.lena, **more}
    return demonstration_revise(assignment=assignment, base=base, text=text, **more)


def reorder(cast: Cast, assignment: Assignment, ranks: list[int], **more: Any) -> Any:
    more = {"labeler": cast.lena, "base": 1, "note": "So.", **more}
    return ranking_revise(assignment=assignment, judgments=ranked(ranks), **more)


def submitted_ago(assignment: Assignment, **ago: float) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(ended_at=timezone.now() - timedelta(**ago))


def test_a_demonstration_is_changed_by_a_new_revision(cast: Cast, written: Assignment) -> None:
    first = Demonstration.objects.get()
    second = rewrite(cast, written, "Sec\r\nond.")
    first.refresh_from_db()
    assert (first.text, first.is_current, first.revision) == ("First.", False, 1)
    assert (second.text, second.is_current, second.revision) == ("Sec\nond.", True, 2)
    assert second.replaces == first
    kept = ("project", "prompt", "task", "assignment", "labeler", "source", "trains")
    assert [getattr(first, name) for name in kept] == [getattr(second, name) for name in kept]
    third = rewrite(cast, written, "Third.", base=2)
    assert (third.revision, third.replaces) == (3, second)
    (row,) = iter_demonstrations(project=cast.project)
    assert (row.demonstration_id, row.completion) == (third.pk, "Third.")
    assert fresh(written).ended_at == written.ended_at
    assert list(faults_find()) == []


def test_a_ranking_is_changed_answer_by_answer_in_the_order_shown(
    cast: Cast, ordered: Assignment
) -> None:
    revised = reorder(cast, ordered, [4, 1, 4, 2], strength=2, note="Better.")
    by_completion = {each.completion_id: each.rank for each in revised.judgments.all()}
    shown = [slot.completion_id for slot in shown_slots(ordered)]
    assert [by_completion[pk] for pk in shown] == [3, 1, 3, 2]
    assert (revised.strength, revised.note, revised.revision) == (2, "Better.", 2)
    before = Ranking.objects.get(revision=1)
    assert {each.rank for each in before.judgments.all()} == {1, 2, 3, 4}
    (row,) = iter_rankings(project=cast.project)
    assert row.ranking_id == revised.pk
    none = [JudgmentInput(None, likert=2)] * 4
    more: Any = {"labeler": cast.lena, "base": 2, "outcome": "none_acceptable"}
    revised = ranking_revise(assignment=ordered, judgments=none, **more)
    assert (revised.revision, revised.outcome) == (3, "none_acceptable")
    assert list(iter_rankings(project=cast.project)) == []
    assert list(faults_find()) == []


def test_what_is_the_same_makes_no_revision(
    cast: Cast, written: Assignment, ordered: Assignment
) -> None:
    assert rewrite(cast, written, "First.").revision == 1
    assert reorder(cast, ordered, [2, 4, 6, 8]).revision == 1  # the same order
    assert reorder(cast, ordered, [1, 2, 3, 4], strength=1).revision == 2
    # A change that is sent twice, as after a lost answer, is saved once.
    assert rewrite(cast, written, "Second.").revision == 2
    submitted_ago(written, hours=2)
    assert rewrite(cast, written, "Second.").revision == 2
    assert Demonstration.objects.count() == 2


def test_of_two_tabs_the_later_is_refused_in_words(
    cast: Cast, written: Assignment, ordered: Assignment
) -> None:
    rewrite(cast, written, "From one tab.")
    with pytest.raises(ValidationError, match="changed in another tab"):
        rewrite(cast, written, "From the other.")
    reorder(cast, ordered, [4, 3, 2, 1])
    with pytest.raises(ValidationError, match="changed in another tab"):
        reorder(cast, ordered, [1, 1, 1, 1])
    assert Demonstration.objects.get(is_current=True).text == "From one tab."


def test_the_window_begins_with_the_first_submission(cast: Cast, written: Assignment) -> None:
    assert written.ended_at
    assert revisable_until(written) == written.ended_at + timedelta(minutes=60)
    submitted_ago(written, minutes=50)
    rewrite(cast, written, "In time.")
    submitted_ago(written, minutes=61)
    assert not revisable(fresh(written))
    with pytest.raises(ValidationError, match="time in which this could be changed is over"):
        rewrite(cast, written, "Late.", base=2)
    project_update(actor=cast.ada, project=cast.project, revise_minutes=90)
    rewrite(cast, written, "In time again.", base=2)


def test_a_project_may_have_no_window(cast: Cast, written: Assignment) -> None:
    project_update(actor=cast.ada, project=cast.project, revise_minutes=0)
    assert revisable_until(fresh(written)) is None
    with pytest.raises(ValidationError, match="is over"):
        rewrite(cast, written, "Never.")
    with pytest.raises(ValidationError):
        project_update(actor=cast.ada, project=cast.project, revise_minutes=30 * 24 * 60 + 1)


def test_only_its_labeler_changes_it_and_only_while_active(
    cast: Cast, written: Assignment, ordered: Assignment
) -> None:
    for person in (cast.luis, cast.ada, cast.sita):
        with pytest.raises(PermissionDenied):
            rewrite(cast, written, "Not mine.", labeler=person)
        with pytest.raises(PermissionDenied):
            reorder(cast, ordered, [4, 3, 2, 1], labeler=person)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    with pytest.raises(PermissionDenied):
        rewrite(cast, written, "No more.")
    assert Demonstration.objects.count() == 1


def test_what_was_held_out_at_any_time_never_trains(cast: Cast, written: Assignment) -> None:
    Membership.objects.filter(user=cast.lena).update(heldout=True)
    assert rewrite(cast, written, "Second.").trains is False
    assert list(iter_demonstrations(project=cast.project)) == []
    Membership.objects.filter(user=cast.lena).update(heldout=False)
    assert rewrite(cast, written, "Third.", base=2).trains is False
    assert list(faults_find()) == []
    demonstration_task(cast.project, purpose="evaluation")
    mine = claimed(cast.hana, cast.project)
    assert demonstration_submit(assignment=mine, text="Held out.").trains is False
    Membership.objects.filter(user=cast.hana).update(heldout=False)
    assert rewrite(cast, mine, "Still.", labeler=cast.hana).trains is False


def test_the_versions_shown_are_checked_and_stored(
    cast: Cast, written: Assignment, ordered: Assignment
) -> None:
    project_update(actor=cast.ada, project=cast.project, instructions="Be brief.")
    with pytest.raises(ValidationError, match="instructions have changed"):
        rewrite(cast, written, "Second.", instructions_version=1)
    assert rewrite(cast, written, "Second.", instructions_version=2).instructions_version == 2
    project_update(actor=cast.ada, project=cast.project, rubric={"likert": None, "flags": []})
    with pytest.raises(ValidationError, match="rubric has changed"):
        reorder(cast, ordered, [4, 3, 2, 1], rubric_version=1)
    assert reorder(cast, ordered, [4, 3, 2, 1], rubric_version=2).rubric_version == 2


def test_what_cannot_stand_is_refused_and_changes_nothing(
    cast: Cast, written: Assignment, ordered: Assignment
) -> None:
    for text in (" ", "a\0b"):
        with pytest.raises(ValidationError):
            rewrite(cast, written, text)
    for ranks in ([1, 2, 3], [1, 2, 3, 0]):
        with pytest.raises(ValidationError):
            reorder(cast, ordered, ranks)
    with pytest.raises(ValidationError, match="is no ranking"):
        reorder(cast, written, [1, 2, 3, 4])
    demonstration_task(cast.project)
    with pytest.raises(ValidationError, match="has not been handed in"):
        rewrite(cast, claimed(cast.lena, cast.project), "Too early.")
    assert (Demonstration.objects.count(), Ranking.objects.count()) == (1, 1)


def test_a_change_is_announced(
    cast: Cast, written: Assignment, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[tuple[int, str]] = []

    def hear(*, project_id: int, kind: str, **_: Any) -> None:
        heard.append((project_id, kind))

    feedback_submitted.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            rewrite(cast, written, "Second.")
            rewrite(cast, written, "Second.", base=2)
    finally:
        feedback_submitted.disconnect(hear)
    assert heard == [(cast.project.pk, "demonstration")]


def test_a_change_that_makes_people_disagree_asks_one_more(cast: Cast) -> None:
    member(cast.project, user("Mira"), "labeler")
    project = project_update(actor=cast.ada, project=cast.project, overlap=2, agreement_wanted=60)
    task = ranking_task(project)
    leases = [claimed(person, project) for person in (cast.lena, cast.luis)]
    up, down = [1, 2, 3, 4], [4, 3, 2, 1]
    for lease in leases:
        ranking_submit(assignment=lease, judgments=ranked([up[slot] for slot in lease.order]))
    task.refresh_from_db()
    assert (task.overlap, task.state) == (2, "done")
    said = [down[slot] for slot in leases[0].order]
    reorder(cast, leases[0], said, note="")
    task.refresh_from_db()
    assert (task.overlap, task.state) == (3, "open")
    assert list(faults_find()) == []


def test_the_time_of_changing_counts_once_and_no_more_than_passed(
    cast: Cast, written: Assignment
) -> None:
    def spent() -> int:
        return fresh(written).active_seconds

    def later(**time: float) -> None:
        """Let so much have passed since the last report."""
        then = fresh(written).heartbeat_at - timedelta(**time)
        Assignment.objects.filter(pk=written.pk).update(heartbeat_at=then)

    assignment_heartbeat(assignment=written, active_seconds=500)  # no such time has passed
    assert spent() <= 1
    before = spent()
    later(minutes=1)
    for _ in range(2):
        assignment_heartbeat(assignment=written, active_seconds=60)
    assert before + 60 <= spent() <= before + 62
    later(seconds=30)
    before = spent()
    rewrite(cast, written, "Second.", active_seconds=30)
    assert spent() == before + 30
    with pytest.raises(ValidationError):
        rewrite(cast, written, "Third.", base=1, active_seconds=1)
    assert spent() == before + 30
    assert today_get(labeler=cast.lena, project=cast.project).seconds == spent()
    Assignment.objects.update(ended_at=timezone.now() - timedelta(days=30))
    later(minutes=5)
    assignment_heartbeat(assignment=written, active_seconds=60)  # it may not be changed any more
    assert spent() == before + 30
