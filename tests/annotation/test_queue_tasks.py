"""Tasks: what may be asked."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from annotation.feedback.demonstrations import demonstration_submit
from annotation.models import Assignment, Task
from annotation.people.projects import project_update
from annotation.queue.tasks import overlap_apply, task_close, task_create
from tests.annotation.work import (
    claimed,
    completions_make,
    demonstration_task,
    prompt_make,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]


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
    # Of a chunk: the transaction's two ends, the tasks with extras, the update. Then the audit.
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


def test_an_overlap_of_its_own_does_not_follow_the_project(cast):
    own, follows = demonstration_task(cast.project, overlap=2), demonstration_task(cast.project)
    project_update(actor=cast.ada, project=cast.project, overlap=5)
    assert Task.objects.get(pk=own.pk).overlap == 2
    assert Task.objects.get(pk=follows.pk).overlap == 5
