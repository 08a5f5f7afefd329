"""Leases: how they are kept, and how they end."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Membership, Project, Route, Task
from annotation.queue.claims import leases_expire, order_draw
from annotation.queue.drafts import draft_save
from annotation.queue.leases import (
    assignment_get,
    assignment_heartbeat,
    assignment_release,
    assignment_skip,
    shown_slots,
)
from annotation.queue.signals import assignment_skipped
from annotation.queue.tasks import overlap_apply, task_close
from tests.annotation.work import (
    claim,
    counts,
    demonstration_task,
    lease_age,
    ranked,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_a_late_submit_fills_a_free_place(cast):
    task = demonstration_task(cast.project, overlap=2)
    late = claim(cast.lena, cast.project)
    lease_age(late, hours=1)
    claim(cast.luis, cast.project)
    demonstration_submit(assignment=late, text="Late.")
    late.refresh_from_db()
    assert (late.state, late.extra) == ("submitted", False)
    assert counts(task) == (1, 1, "open")


def test_a_late_submit_past_the_overlap_is_an_extra(cast):
    task = demonstration_task(cast.project)
    late = claim(cast.lena, cast.project)
    lease_age(late, hours=1)
    other = claim(cast.luis, cast.project)
    said = demonstration_submit(assignment=late, text="Late.")
    late.refresh_from_db()
    assert (late.state, late.extra, said.trains) == ("submitted", True, True)
    assert counts(task) == (0, 1, "open")
    demonstration_submit(assignment=other, text="In time.")
    assert counts(task) == (1, 0, "done")


@pytest.mark.parametrize("withdraw", ["close", "lower"])
def test_work_on_a_withdrawn_task_is_kept_as_an_extra(cast, withdraw):
    cast.project.overlap = 2
    task = demonstration_task(cast.project)
    cast.project.overlap = 1
    first, second = claim(cast.lena, cast.project), claim(cast.luis, cast.project)
    demonstration_submit(assignment=first, text="First.")
    if withdraw == "close":
        task_close(task=task)
    else:
        overlap_apply(project=cast.project)
    demonstration_submit(assignment=second, text="Second.")
    second.refresh_from_db()
    assert second.extra
    assert counts(task) == (1, 0, "closed" if withdraw == "close" else "done")


def test_heartbeat_renews_and_counts_time(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    lease_age(lease, seconds=60)
    lease = assignment_heartbeat(assignment=lease, active_seconds=40)
    assert lease.active_seconds == 40
    assert lease.expires_at > timezone.now() + timedelta(minutes=29)
    # A report of more time than has passed counts for what has passed.
    assert assignment_heartbeat(assignment=lease, active_seconds=10_000).active_seconds <= 42
    with pytest.raises(ValidationError):
        assignment_heartbeat(assignment=lease, active_seconds=-1)


def test_heartbeat_takes_a_lost_lease_again_while_there_is_room(cast):
    task = demonstration_task(cast.project, overlap=2)
    lost = claim(cast.lena, cast.project)
    lease_age(lost, hours=1)
    claim(cast.luis, cast.project)
    assert counts(task) == (0, 1, "open")
    assert assignment_heartbeat(assignment=lost).state == "leased"
    assert counts(task) == (0, 2, "open")
    lease_age(lost, hours=1)
    Task.objects.filter(pk=task.pk).update(overlap=3)
    claim(cast.sita, cast.project)
    Task.objects.filter(pk=task.pk).update(overlap=2)
    assert assignment_heartbeat(assignment=lost).state == "expired"
    assert counts(task) == (0, 2, "open")


def test_a_lost_lease_comes_back_within_the_labelers_caps_only(cast):
    cast.project.max_open_leases, cast.project.daily_cap = 1, 0
    cast.project.save()
    lost, held = (demonstration_task(cast.project) for _ in range(2))
    lost = claim(cast.lena, cast.project)
    lease_age(lost, hours=1)
    leases_expire(now=timezone.now())
    ranking_task(cast.project)
    held = claim(cast.lena, cast.project, kind="ranking")
    assert assignment_heartbeat(assignment=lost).state == "expired"
    ranking_submit(assignment=held, judgments=ranked([1, 2, 3, 4]))
    Project.objects.update(daily_cap=1)
    assert assignment_heartbeat(assignment=lost).state == "expired"
    Project.objects.update(daily_cap=2)
    assert assignment_heartbeat(assignment=lost).state == "leased"


def test_a_lost_lease_does_not_come_back_to_who_declined_it_since(cast):
    task = demonstration_task(cast.project)
    Route.objects.filter(pk=task.route_id).update(sensitive="violence")
    lost = claim(cast.lena, cast.project)
    lease_age(lost, hours=1)
    leases_expire(now=timezone.now())
    Membership.objects.filter(user=cast.lena).update(declined=["violence"])
    assert assignment_heartbeat(assignment=lost).state == "expired"
    Membership.objects.filter(user=cast.lena).update(declined=[], heldout=True)
    assert assignment_heartbeat(assignment=lost).state == "expired"


def test_time_at_a_lost_lease_counts_whether_or_not_it_is_taken_again(cast):
    demonstration_task(cast.project, overlap=2)
    lost = claim(cast.lena, cast.project)
    lease_age(lost, hours=1)
    claim(cast.luis, cast.project)
    assert assignment_heartbeat(assignment=lost, active_seconds=50).state == "leased"
    lost.refresh_from_db()
    assert lost.active_seconds == 50
    lease_age(lost, hours=1)
    Task.objects.update(overlap=3)
    claim(cast.sita, cast.project)
    Task.objects.update(overlap=2)
    assert assignment_heartbeat(assignment=lost, active_seconds=40).state == "expired"
    assignment_heartbeat(assignment=lost, active_seconds=40)  # no more counts than has passed
    lost.refresh_from_db()
    assert 90 <= lost.active_seconds <= 92


def test_time_before_a_skip_counts_once(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    lease_age(lease, seconds=60)
    for _ in range(2):
        assignment_skip(assignment=lease, reason="unclear", active_seconds=23)
    lease.refresh_from_db()
    assert lease.active_seconds == 23


def test_skip_needs_a_reason_and_happens_once(cast):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    with pytest.raises(ValidationError):
        assignment_skip(assignment=lease, reason="bored")
    assignment_skip(assignment=lease, reason="broken", note="No text.")
    assignment_skip(assignment=lease, reason="unclear")
    lease.refresh_from_db()
    assert (lease.state, lease.skip_reason, lease.skip_note) == ("skipped", "broken", "No text.")
    assert counts(task) == (0, 0, "open")
    with pytest.raises(ValidationError, match="skipped"):
        demonstration_submit(assignment=lease, text="After all.")
    assert assignment_heartbeat(assignment=lease).state == "skipped"


def test_a_skip_is_heard_once_and_after_the_commit(cast, django_capture_on_commit_callbacks):
    heard = []

    def listener(sender, project_id, kind, **_):
        heard.append((project_id, kind))
        raise RuntimeError("a listener's failure is not the labeler's")

    assignment_skipped.connect(listener)
    try:
        demonstration_task(cast.project)
        with django_capture_on_commit_callbacks(execute=True):
            lease = claim(cast.lena, cast.project)
            assignment_skip(assignment=lease, reason="unclear")
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            assignment_skip(assignment=lease, reason="unclear")
    finally:
        assignment_skipped.disconnect(listener)
    assert heard == [(cast.project.pk, "demonstration")]


def test_skip_after_submit_is_refused(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    demonstration_submit(assignment=lease, text="Done.")
    with pytest.raises(ValidationError, match="submitted"):
        assignment_skip(assignment=lease, reason="unclear")
    assert assignment_release(assignment=lease).state == "submitted"


def test_assignment_get_is_the_labelers_own(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    found = assignment_get(labeler=cast.lena, project=cast.project, public_id=lease.public_id)
    assert found == lease
    for person, project in (
        (cast.luis, cast.project),
        (cast.otto, cast.project),
        (cast.lena, cast.other),
    ):
        with pytest.raises(Http404):
            assignment_get(labeler=person, project=project, public_id=lease.public_id)


@pytest.mark.parametrize("k", range(4, 10))
def test_shown_slots_follow_the_order(cast, k):
    ranking_task(cast.project, k)
    lease = claim(cast.lena, cast.project)
    assert sorted(lease.order) == list(range(k))
    assert lease.order == order_draw(k, lease.order_seed)
    assert [slot.slot for slot in shown_slots(lease)] == lease.order


def test_what_the_held_out_say_never_trains(cast):
    """Nor what was claimed before they were; afterwards no training task is given to them."""
    ranking_task(cast.project, 4, overlap=3)
    assert claim(cast.hana, cast.project) is None
    Membership.objects.filter(user=cast.hana).update(heldout=False)
    lease = claim(cast.hana, cast.project)
    Membership.objects.filter(user=cast.hana).update(heldout=True)
    held_out = ranking_submit(assignment=lease, judgments=ranked([1, 2, 3, 4]))
    trained = ranking_submit(
        assignment=claim(cast.lena, cast.project), judgments=ranked([1, 2, 3, 4])
    )
    assert (held_out.trains, trained.trains) == (False, True)
    Membership.objects.filter(user=cast.hana).update(heldout=False)
    held_out.refresh_from_db()
    assert held_out.trains is False


def test_evaluation_never_trains(cast):
    ranking_task(cast.project, 2, purpose="evaluation")
    said = ranking_submit(assignment=claim(cast.lena, cast.project), judgments=ranked([1, 1]))
    assert said.trains is False


@pytest.mark.parametrize("state", ["invited", "onboarding", "suspended"])
def test_a_lost_lease_comes_back_to_active_labelers_only(cast, state):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    lease_age(lease, hours=1)
    leases_expire(now=timezone.now())
    Membership.objects.filter(user=cast.lena).update(state=state)
    assert assignment_heartbeat(assignment=lease).state == "expired"
    assert draft_save(assignment=lease, draft={"text": "Kept."}).state == "expired"
    Membership.objects.filter(user=cast.lena).update(state="active")
    task.refresh_from_db()
    assert task.leased_count == 0
    assert assignment_heartbeat(assignment=lease).state == "leased"
