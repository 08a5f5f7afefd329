"""Tasks: what may be asked."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.feedback.demonstrations import demonstration_submit
from annotation.integrity import faults_find
from annotation.models import Assignment, Project, Task
from annotation.people.projects import project_update
from annotation.queue.claims import leases_expire, task_claim
from annotation.queue.leases import assignment_heartbeat, assignment_release, assignment_skip
from annotation.queue.tasks import overlap_apply, task_close, task_create
from tests.annotation.work import (
    claimed,
    completions_make,
    demonstration_task,
    heldout_end,
    prompt_make,
    ranking_task,
)
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    return heldout_end(cast)


@pytest.mark.parametrize("k", range(4, 10))
def test_task_create_keeps_the_slots(cast, k):
    task = ranking_task(cast.project, k)
    assert [slot.slot for slot in task.slots.all()] == list(range(k))
    assert (task.k, task.overlap, task.state, task.purpose) == (k, 1, "open", "train")


@pytest.mark.parametrize("k", [0, 2, 3, 10])
def test_training_rankings_are_k_4_to_9(cast, k):
    with pytest.raises(ValidationError, match=f"not {k}"):
        ranking_task(cast.project, k)
    assert not Task.objects.exists()


def test_the_projects_k_narrows(cast):
    cast.project.k_min, cast.project.k_max = 5, 6
    ranking_task(cast.project, 5)
    for k in (4, 7):
        with pytest.raises(ValidationError, match="5 to 6"):
            ranking_task(cast.project, k)


def test_evaluation_takes_pairs(cast):
    assert ranking_task(cast.project, 2, purpose="evaluation").k == 2


def test_the_database_guards_k(cast):
    task = ranking_task(cast.project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(k=3)


def test_task_create_refuses_what_does_not_belong(cast):
    mine, other = prompt_make(cast.project), prompt_make(cast.other)
    answers = completions_make(mine, 4)
    for fields, words in (
        ({"prompt": other}, "another project"),
        ({"prompt": prompt_make(cast.project), "completions": answers}, "another prompt"),
        ({"prompt": mine, "completions": [*answers[:3], answers[0]]}, "twice"),
        ({"prompt": mine, "kind": "demonstration", "completions": answers}, "Only a ranking"),
        ({"prompt": mine, "kind": "juggling"}, "Unknown kind"),
        ({"prompt": mine, "completions": answers, "overlap": 0}, "at least 1"),
    ):
        with pytest.raises(ValidationError, match=words):
            task_create(**{"project": cast.project, "kind": "ranking", **fields})


def test_task_close(cast):
    task = demonstration_task(cast.project)
    task_close(task=task)
    task.refresh_from_db()
    assert task.state == "closed"


def test_overlap_apply_writes_in_chunks(cast, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("annotation.queue.tasks.CHUNK", 2)
    tasks = [demonstration_task(cast.project) for _ in range(5)]
    cast.project.overlap = 3
    # Of a chunk: the transaction's two ends, the update, the tasks with extras. Then the audit.
    with django_assert_num_queries(1 + 3 * 4 + 1):
        assert overlap_apply(project=cast.project) == 5
    assert overlap_apply(project=cast.project) == 0
    assert {Task.objects.get(pk=task.pk).overlap for task in tasks} == {3}


def test_staged_tasks_stay_staged_with_the_new_overlap(cast):
    task = demonstration_task(cast.project)
    Task.objects.filter(pk=task.pk).update(state="staged")
    project_update(actor=cast.ada, project=cast.project, overlap=3)
    task.refresh_from_db()
    assert (task.state, task.overlap) == ("staged", 3)


def test_extras_count_when_the_overlap_is_raised_again(cast):
    project = project_update(actor=cast.ada, project=cast.project, overlap=3)
    task = demonstration_task(project)
    leases = [claimed(person, project) for person in (cast.lena, cast.luis, cast.hana)]
    project = project_update(actor=cast.ada, project=project, overlap=1)
    for lease in leases:
        demonstration_submit(assignment=lease, text="Said.")
        lease.refresh_from_db()
    assert [lease.extra for lease in leases] == [False, True, True]
    project = project_update(actor=cast.ada, project=project, overlap=2)
    for lease in leases:
        lease.refresh_from_db()
    task.refresh_from_db()
    assert [lease.extra for lease in leases] == [False, False, True]  # the earlier one counts
    assert (task.submitted_count, task.state) == (2, "done")
    project = project_update(actor=cast.ada, project=project, overlap=4)
    task.refresh_from_db()
    assert (task.submitted_count, task.leased_count, task.state) == (3, 0, "open")
    assert not Assignment.objects.filter(extra=True).exists()


def late_one(cast: Cast, project: Project) -> Assignment:
    """An extra: Lena was late, and Luis holds the only place."""
    late = claimed(cast.lena, project)
    lease_end(late)
    claimed(cast.luis, project)
    demonstration_submit(assignment=late, text="Late.")
    late.refresh_from_db()
    assert late.extra
    return late


def lease_end(lease: Assignment) -> None:
    Assignment.objects.filter(pk=lease.pk).update(expires_at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("end", ["skip", "release", "expire"])
def test_an_extra_counts_when_a_lease_ends(cast, end):
    task = demonstration_task(cast.project)
    late = late_one(cast, cast.project)
    lease = claimed(cast.luis, cast.project)
    if end == "skip":
        assignment_skip(assignment=lease, reason="unclear")
    elif end == "release":
        assignment_release(assignment=lease)
    else:
        lease_end(lease)
        assert leases_expire(now=timezone.now()) == 1
    late.refresh_from_db()
    task.refresh_from_db()
    assert not late.extra
    assert (task.submitted_count, task.leased_count, task.state) == (1, 0, "done")
    assert task_claim(labeler=cast.hana, project=cast.project) is None


def test_the_oldest_extra_takes_the_place(cast):
    project = project_update(actor=cast.ada, project=cast.project, overlap=3)
    task = demonstration_task(project)
    first, second, third = (claimed(one, project) for one in (cast.lena, cast.luis, cast.hana))
    project = project_update(actor=cast.ada, project=project, overlap=1)
    for lease in (first, second):
        lease_end(lease)
    leases_expire(now=timezone.now())
    for lease in (second, first):
        demonstration_submit(assignment=lease, text="Late.")
    assignment_release(assignment=third)
    for lease in (first, second):
        lease.refresh_from_db()
    assert (first.extra, second.extra) == (True, False)
    task.refresh_from_db()
    assert (task.submitted_count, task.leased_count, task.state) == (1, 0, "done")


def test_a_raised_overlap_leaves_the_place_of_who_is_at_work(cast):
    task = demonstration_task(cast.project)
    late = late_one(cast, cast.project)
    project = project_update(actor=cast.ada, project=cast.project, overlap=2)
    late.refresh_from_db()
    task.refresh_from_db()
    assert not late.extra
    assert (task.submitted_count, task.leased_count, task.state) == (1, 1, "open")
    demonstration_submit(assignment=claimed(cast.luis, project), text="In time.")
    task.refresh_from_db()
    assert (task.submitted_count, task.leased_count, task.state) == (2, 0, "done")


def test_extras_of_a_withdrawn_task_stay_extras(cast):
    task = demonstration_task(cast.project)
    late = late_one(cast, cast.project)
    task_close(task=task)
    assignment_release(assignment=claimed(cast.luis, cast.project))
    late.refresh_from_db()
    task.refresh_from_db()
    assert late.extra
    assert (task.submitted_count, task.leased_count, task.state) == (0, 0, "closed")


STEPS = st.tuples(
    st.sampled_from(["submit", "late", "skip", "release", "expire", "beat", "overlap"]),
    st.integers(0, 2),
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=2, max_size=12))
def test_whatever_people_do_the_counts_are_right(cast, steps):
    with transaction.atomic():
        demonstration_task(cast.project)
        for name, number in steps:
            step(cast, name, number)
            assert list(faults_find()) == []
        transaction.set_rollback(True)


def step(cast: Cast, name: str, number: int) -> None:
    """Let one of three labelers claim and do something; what they cannot do is not done."""
    person = (cast.lena, cast.luis, cast.hana)[number]
    if name == "overlap":
        project_update(actor=cast.ada, project=cast.project, overlap=number + 1)
        return
    mine = Assignment.objects.filter(labeler=person).first()
    mine = mine or task_claim(labeler=person, project=cast.project)
    if mine is None:
        return
    if name == "expire":
        lease_end(mine)
        leases_expire(now=timezone.now())
    elif name == "beat":
        assignment_heartbeat(assignment=mine)
    elif name == "release":
        assignment_release(assignment=mine)
    elif name == "skip" and mine.state != "submitted":
        assignment_skip(assignment=mine, reason="unclear")
    elif name in ("submit", "late") and mine.state != "skipped":
        if name == "late":  # the place goes to another first
            lease_end(mine)
            task_claim(labeler=(cast.luis, cast.hana, cast.lena)[number], project=cast.project)
        demonstration_submit(assignment=mine, text="Said.")


def test_an_overlap_of_its_own_does_not_follow_the_project(cast):
    own, follows = demonstration_task(cast.project, overlap=2), demonstration_task(cast.project)
    project_update(actor=cast.ada, project=cast.project, overlap=5)
    assert Task.objects.get(pk=own.pk).overlap == 2
    assert Task.objects.get(pk=follows.pk).overlap == 5
