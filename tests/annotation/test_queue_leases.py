"""Leases: who is given what, and how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, ImportBatch, Membership, Task
from annotation.queue.leases import (
    assignment_get,
    assignment_heartbeat,
    assignment_release,
    assignment_skip,
    draft_save,
    leases_expire,
    order_draw,
    shown_slots,
    task_claim,
    tasks_claimable,
)
from annotation.queue.signals import assignment_skipped
from annotation.queue.tasks import overlap_apply, task_close, tasks_open
from tests.annotation.work import demonstration_task, prompt_make, ranked, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def claim(person, project, **fields):
    return task_claim(labeler=person, project=project, **fields)


def age(assignment, **ago):
    """Let the lease have begun and run out some time ago."""
    then = timezone.now() - timedelta(**ago)
    Assignment.objects.filter(pk=assignment.pk).update(
        leased_at=then, heartbeat_at=then, expires_at=then
    )


def counts(task):
    task.refresh_from_db()
    return task.submitted_count, task.leased_count, task.state


def test_claim_gives_the_highest_priority_then_the_oldest(cast):
    low, _, high = (
        demonstration_task(cast.project),
        demonstration_task(cast.project),
        demonstration_task(cast.project, priority=5),
    )
    assert claim(cast.lena, cast.project).task == high
    assert claim(cast.luis, cast.project).task == low
    assert counts(high) == (0, 1, "open")


def test_claim_returns_the_lease_at_hand(cast):
    task = ranking_task(cast.project)
    ranking_task(cast.project)
    first = claim(cast.lena, cast.project)
    age(first, minutes=5)
    again = claim(cast.lena, cast.project)
    assert again == first
    assert again.expires_at > timezone.now() + timedelta(minutes=29)
    assert again.order == first.order
    assert counts(task) == (0, 1, "open")


def test_claim_checks_who_asks(cast):
    demonstration_task(cast.project)
    for person in (cast.ada, cast.rosa, cast.otto):
        with pytest.raises(PermissionDenied):
            claim(person, cast.project)
    for state in ("invited", "onboarding", "suspended"):
        Membership.objects.filter(user=cast.lena).update(state=state)
        with pytest.raises(PermissionDenied):
            claim(cast.lena, cast.project)
    assert claim(cast.sita, cast.project) is not None


def test_claim_by_kind(cast):
    ranking_task(cast.project)
    wanted = demonstration_task(cast.project)
    assert claim(cast.lena, cast.project, kind="demonstration").task == wanted
    assert claim(cast.luis, cast.project, kind="dialogue") is None


def test_claim_ahead_is_capped(cast):
    for _ in range(5):
        demonstration_task(cast.project)
    cast.project.max_open_leases = 2
    first = claim(cast.lena, cast.project)
    second = claim(cast.lena, cast.project, besides=first)
    assert second.task != first.task
    assert claim(cast.lena, cast.project, besides=first) == second
    ranking_task(cast.project)
    assert claim(cast.lena, cast.project, kind="ranking") is None


@pytest.mark.parametrize("purpose", ["gold", "screening", "practice"])
def test_onboarding_tasks_are_not_in_the_queue(cast, purpose):
    ranking_task(cast.project, purpose=purpose)
    assert claim(cast.lena, cast.project) is None


def test_other_projects_and_closed_tasks_are_not_given(cast):
    demonstration_task(cast.other)
    task_close(task=demonstration_task(cast.project))
    assert claim(cast.lena, cast.project) is None


def test_staged_tasks_are_not_given_before_they_open(cast):
    batch = ImportBatch.objects.create(project=cast.project, state="staging", filename="f")
    task = demonstration_task(cast.project)
    Task.objects.filter(pk=task.pk).update(batch=batch, state="staged")
    assert claim(cast.lena, cast.project) is None
    assert tasks_open(batch=batch) == 1
    assert claim(cast.lena, cast.project).task == task


def test_a_task_is_given_to_overlap_people(cast):
    task = demonstration_task(cast.project, overlap=2)
    first, second = claim(cast.lena, cast.project), claim(cast.luis, cast.project)
    assert first.task == second.task == task
    assert claim(cast.hana, cast.project) is None
    demonstration_submit(assignment=first, text="One.")
    assert counts(task) == (1, 1, "open")
    demonstration_submit(assignment=second, text="Two.")
    assert counts(task) == (2, 0, "done")


def test_what_was_submitted_or_skipped_does_not_come_back(cast):
    task = demonstration_task(cast.project, overlap=9)
    demonstration_submit(assignment=claim(cast.lena, cast.project), text="Done.")
    assignment_skip(assignment=claim(cast.luis, cast.project), reason="unclear", note="What?")
    assert claim(cast.lena, cast.project) is None
    assert claim(cast.luis, cast.project) is None
    assert counts(task) == (1, 0, "open")


def test_a_stale_lease_is_its_labelers_until_another_claims(cast):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    age(lease, hours=3)
    assert claim(cast.lena, cast.project) == lease
    age(lease, hours=3)
    other = claim(cast.luis, cast.project)
    assert other.task == task
    lease.refresh_from_db()
    assert lease.state == "expired"
    assert counts(task) == (0, 1, "open")
    assert claim(cast.lena, cast.project) is None


def test_a_released_task_comes_back_with_draft_and_order(cast):
    task = ranking_task(cast.project, 9)
    lease = claim(cast.lena, cast.project)
    draft_save(assignment=lease, draft={"note": "half"})
    assert assignment_release(assignment=lease).state == "released"
    assert counts(task) == (0, 0, "open")
    again = claim(cast.lena, cast.project)
    assert (again.pk, again.draft, again.order) == (lease.pk, {"note": "half"}, lease.order)
    assert (again.state, again.ended_at) == ("leased", None)
    assert counts(task) == (0, 1, "open")


def test_a_late_submit_fills_a_free_place(cast):
    task = demonstration_task(cast.project, overlap=2)
    late = claim(cast.lena, cast.project)
    age(late, hours=1)
    claim(cast.luis, cast.project)
    demonstration_submit(assignment=late, text="Late.")
    late.refresh_from_db()
    assert (late.state, late.extra) == ("submitted", False)
    assert counts(task) == (1, 1, "open")


def test_a_late_submit_past_the_overlap_is_an_extra(cast):
    task = demonstration_task(cast.project)
    late = claim(cast.lena, cast.project)
    age(late, hours=1)
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
    age(lease, seconds=60)
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
    age(lost, hours=1)
    claim(cast.luis, cast.project)
    assert counts(task) == (0, 1, "open")
    assert assignment_heartbeat(assignment=lost).state == "leased"
    assert counts(task) == (0, 2, "open")
    age(lost, hours=1)
    Task.objects.filter(pk=task.pk).update(overlap=3)
    claim(cast.hana, cast.project)
    Task.objects.filter(pk=task.pk).update(overlap=2)
    assert assignment_heartbeat(assignment=lost).state == "expired"
    assert counts(task) == (0, 2, "open")


def test_draft_save(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    assert draft_save(assignment=lease, draft={"text": "A start"}).draft == {"text": "A start"}
    drafts: list[Any] = [[], {"text": "\0"}, {"text": "x" * 1_000_001}]
    for bad in drafts:
        with pytest.raises(ValidationError):
            draft_save(assignment=lease, draft=bad)
    demonstration_submit(assignment=lease, text="Whole.")
    with pytest.raises(ValidationError, match="handed in"):
        draft_save(assignment=lease, draft={"text": "later"})


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


def test_orders_differ_between_labelers(cast):
    ranking_task(cast.project, 9, overlap=3)
    people = (cast.lena, cast.luis, cast.hana)
    assert len({tuple(claim(person, cast.project).order) for person in people}) == 3


def test_one_lease_per_labeler_and_task_is_the_databases_rule(cast):
    demonstration_task(cast.project, overlap=2)
    lease = claim(cast.lena, cast.project)
    twin = Assignment(
        task=lease.task,
        labeler=cast.lena,
        leased_at=lease.leased_at,
        heartbeat_at=lease.heartbeat_at,
        expires_at=lease.expires_at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_what_the_held_out_say_never_trains(cast):
    ranking_task(cast.project, 4, overlap=2)
    held_out = ranking_submit(
        assignment=claim(cast.hana, cast.project), judgments=ranked([1, 2, 3, 4])
    )
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


def test_a_claim_is_few_queries(cast, django_assert_num_queries):
    ranking_task(cast.project, 4)
    claim(cast.lena, cast.project)
    assignment = Assignment.objects.get()
    ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
    for _ in range(20):
        ranking_task(cast.project, 4)
    # membership, own leases, stale leases, THE CLAIM, earlier assignment?, the lease, the count;
    # around them the savepoints of the claim and of the insert.
    with django_assert_num_queries(7 + 4):
        assert claim(cast.lena, cast.project)
    with django_assert_num_queries(3 + 2):  # membership, own lease, renewal
        assert claim(cast.lena, cast.project)


def test_the_claim_walks_the_partial_index(cast):
    prompt = prompt_make(cast.project)
    Task.objects.bulk_create(
        Task(
            project=cast.project,
            kind="demonstration",
            prompt=prompt,
            state="open" if number % 10 == 0 else "done",
        )
        for number in range(3_000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE queue_task")
    plan = tasks_claimable(labeler=cast.lena, project=cast.project, kind=None)[:1].explain()
    assert "task_claim_order" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_a_claim_reads_no_table_of_tasks_to_find_leases(cast, django_assert_max_num_queries):
    """A join to the project's tasks would walk all of them: it once made claims grow with them."""
    demonstration_task(cast.project)
    with django_assert_max_num_queries(12) as captured:
        claim(cast.lena, cast.project)
    stale = [query["sql"] for query in captured if '"expires_at" <' in query["sql"]]
    assert len(stale) == 1
    assert "queue_task" not in stale[0]


def test_the_stale_leases_of_one_project_are_given_back_by_anothers_claim(cast):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    age(lease, hours=1)
    claim(cast.otto, cast.other)
    assert counts(task) == (0, 0, "open")


def test_a_lease_in_another_project_is_no_lease_here(cast):
    demonstration_task(cast.other)
    demonstration_task(cast.project)
    elsewhere = claim(cast.sita, cast.other)
    here = claim(cast.sita, cast.project)
    assert here.task.project == cast.project != elsewhere.task.project


@pytest.mark.parametrize("state", ["invited", "onboarding", "suspended"])
def test_a_lost_lease_comes_back_to_active_labelers_only(cast, state):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    age(lease, hours=1)
    leases_expire(now=timezone.now())
    Membership.objects.filter(user=cast.lena).update(state=state)
    assert assignment_heartbeat(assignment=lease).state == "expired"
    assert draft_save(assignment=lease, draft={"text": "Kept."}).state == "expired"
    Membership.objects.filter(user=cast.lena).update(state="active")
    task.refresh_from_db()
    assert task.leased_count == 0
    assert assignment_heartbeat(assignment=lease).state == "leased"
