"""The next task, leased while one is at hand."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from annotation.feedback.demonstrations import demonstration_submit
from annotation.integrity import faults_find
from annotation.models import Assignment, Membership
from annotation.people.projects import project_update
from annotation.queue.ahead import ahead_claim, ahead_release, aheads_release, blank
from annotation.queue.drafts import draft_save
from annotation.queue.leases import assignment_heartbeat
from tests.annotation.work import claimed, counts, demonstration_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def at_hand(cast: Cast, tasks: int = 3) -> Assignment:
    for _ in range(tasks):
        demonstration_task(cast.project)
    return claimed(cast.lena, cast.project)


def following(assignment: Assignment) -> Assignment:
    found = ahead_claim(assignment=assignment)
    assert found is not None
    return found


def test_the_next_task_is_leased_once_and_comes_next(cast: Cast) -> None:
    mine = at_hand(cast)
    ahead = following(mine)
    assert ahead.task != mine.task
    assert following(mine) == ahead
    assert blank(ahead)
    assert Assignment.objects.filter(state="leased").count() == 2
    demonstration_submit(assignment=mine, text="So.")
    assert claimed(cast.lena, cast.project) == ahead
    assert list(faults_find()) == []


def test_no_cap_is_passed(cast: Cast) -> None:
    mine = at_hand(cast)
    both: list[dict[str, Any]] = [{"max_open_leases": 1}, {"max_open_leases": 3, "daily_cap": 1}]
    for caps in both:
        mine.task.project = project_update(actor=cast.ada, project=cast.project, **caps)
        assert ahead_claim(assignment=mine) is None
    assert Assignment.objects.count() == 1


def test_what_was_worked_on_is_not_taken_for_new(cast: Cast) -> None:
    mine = at_hand(cast)
    ahead = following(mine)
    draft_save(assignment=ahead, draft={"text": "Half"})
    assert ahead_claim(assignment=mine) is None


def test_what_nobody_came_to_is_given_back(cast: Cast) -> None:
    mine = at_hand(cast)
    ahead = following(mine)
    assert ahead_release(assignment=ahead)
    assert counts(ahead.task) == (0, 0, "open")
    again = following(mine)  # who comes back may be given it again
    assert again == ahead
    assert list(faults_find()) == []


@pytest.mark.parametrize("come", ["claim", "beat", "draft"])
def test_what_was_come_to_is_kept(cast: Cast, come: str) -> None:
    mine = at_hand(cast)
    ahead = following(mine)
    if come == "claim":
        demonstration_submit(assignment=mine, text="So.")
        claimed(cast.lena, cast.project)
    elif come == "beat":
        assignment_heartbeat(assignment=ahead)
    else:
        draft_save(assignment=ahead, draft={"text": "Half"})
    assert not ahead_release(assignment=ahead)
    ahead.refresh_from_db()
    assert ahead.state == Assignment.State.LEASED


def test_who_leaves_gives_back_all_that_was_not_come_to(cast: Cast) -> None:
    mine = at_hand(cast)
    assignment_heartbeat(assignment=mine)
    following(mine)
    claimed(cast.luis, cast.project)
    assert aheads_release(labeler=cast.lena) == 1
    states = Assignment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["leased", "released", "leased"]
    assert aheads_release(labeler=cast.lena) == 0


def test_only_active_labelers_are_given_more(cast: Cast) -> None:
    mine = at_hand(cast)
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    with pytest.raises(PermissionDenied):
        ahead_claim(assignment=mine)
