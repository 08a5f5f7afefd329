"""What was begun and not handed in: found, discarded, brought back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.dialogue.turns import turn_say
from annotation.feedback.demonstrations import demonstration_submit
from annotation.models import Assignment, Task
from annotation.queue.claims import leases_expire
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.drafts import DraftOvertakenError, draft_save
from annotation.queue.leases import assignment_release
from annotation.queue.unfinished import (
    assignments_named,
    draft_discard,
    draft_recover,
    unfinished_of,
)
from tests.annotation.work import claim, demonstration_task, dialogue_task, lease_age
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def expire(lease: Assignment) -> Assignment:
    lease_age(lease, hours=1)
    leases_expire(now=timezone.now())
    lease.refresh_from_db()
    assert lease.state == "expired"
    return lease


@pytest.fixture
def begun(cast: Cast) -> Assignment:
    """Lena's, with a text; the time ran out."""
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    draft_save(assignment=lease, draft={"text": "An hour of work"}, base=0, writer="a")
    return expire(lease)


def found(cast: Cast) -> list[Assignment]:
    return unfinished_of(labeler=cast.lena, project_ids=[cast.project.pk])


def test_what_ran_out_is_found_with_its_draft_only(cast: Cast, begun: Assignment) -> None:
    demonstration_task(cast.project)
    other = claim(cast.luis, cast.project)
    expire(other)  # which he had not begun
    assert found(cast) == [begun]
    assert unfinished_of(labeler=cast.luis, project_ids=[cast.project.pk]) == []
    assert unfinished_of(labeler=cast.lena, project_ids=[cast.other.pk]) == []


def test_it_is_found_when_others_have_done_the_task(cast: Cast, begun: Assignment) -> None:
    demonstration_submit(assignment=claim(cast.luis, cast.project), text="Done.")
    assert found(cast) == [begun]
    late = demonstration_submit(assignment=begun, text="An hour of work, done")
    assert late.assignment
    assert late.assignment.extra
    assert found(cast) == []


def test_what_was_given_back_is_found_when_it_comes_no_more(cast: Cast) -> None:
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    draft_save(assignment=lease, draft={"text": "Some"})
    assignment_release(assignment=lease)
    assert found(cast) == []
    Task.objects.filter(pk=task.pk).update(state="closed")
    assert found(cast) == [lease]


def test_a_dialogue_is_found_by_what_was_said_in_it(cast: Cast) -> None:
    dialogue_task(cast.project)
    lease = claim(cast.lena, cast.project)
    turn_say(assignment=lease, step=0, text="Hello")
    assert found(cast) == []  # it is at hand
    expire(lease)
    assert found(cast) == [lease]


def test_what_is_discarded_is_put_away_and_can_be_brought_back(
    cast: Cast, begun: Assignment
) -> None:
    draft_discard(assignment=begun)
    assert found(cast) == []
    begun.refresh_from_db()
    assert "text" not in begun.draft
    draft_discard(assignment=begun)  # twice is once
    draft_recover(assignment=begun)
    assert [each.draft["text"] for each in found(cast)] == ["An hour of work"]


def test_a_page_left_open_does_not_write_over_what_was_discarded(begun: Assignment) -> None:
    draft_discard(assignment=begun)
    with pytest.raises(DraftOvertakenError):
        draft_save(assignment=begun, draft={"text": "More"}, base=0, writer="a")
    assert draft_recover(assignment=begun).draft["text"] == "An hour of work"


def test_what_is_begun_anew_is_not_written_over(begun: Assignment) -> None:
    fresh = draft_discard(assignment=begun)
    draft_save(assignment=begun, draft={"text": "Anew"}, base=fresh.draft["revision"], writer="b")
    assert draft_recover(assignment=begun).draft["text"] == "Anew"


def test_what_is_at_hand_is_not_discarded(cast: Cast) -> None:
    demonstration_task(cast.project)
    with pytest.raises(ValidationError, match="let go"):
        draft_discard(assignment=claim(cast.lena, cast.project))


def test_what_was_left_of_a_task_handed_in_is_discarded(begun: Assignment) -> None:
    demonstration_submit(assignment=begun, text="Done.", seen=DraftSeen(0, "b"))
    assert draft_discard(assignment=begun).draft.get("text") is None
    draft_recover(assignment=begun)
    begun.refresh_from_db()
    assert begun.draft["text"] == "An hour of work"


def test_tasks_are_named_to_their_labeler_only(cast: Cast, begun: Assignment) -> None:
    ids = [begun.public_id]
    assert assignments_named(labeler=cast.lena, public_ids=ids) == [begun]
    assert assignments_named(labeler=cast.luis, public_ids=ids) == []
    cast.project.memberships.update(state="suspended")
    assert assignments_named(labeler=cast.lena, public_ids=ids) == []


def test_it_reads_the_labelers_rows_along_their_index(cast: Cast, begun: Assignment) -> None:
    with CaptureQueriesContext(connection) as asked:
        found(cast)
    assert len(asked) == 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + asked[0]["sql"])
            plan = " ".join(str(row) for row in cursor.fetchall())
        assert "assignment_by_labeler_end (labeler_id=? AND state=?)" in plan
