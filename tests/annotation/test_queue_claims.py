"""Claims: who is given what."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, ImportBatch, Membership, Task
from annotation.people.members import member_prefer
from annotation.prompts.marks import Marks
from annotation.queue.drafts import draft_save
from annotation.queue.leases import (
    assignment_release,
    assignment_skip,
)
from annotation.queue.routes import tasks_claimable, turns
from annotation.queue.tasks import task_close, tasks_open
from tests.annotation.work import (
    claim,
    counts,
    demonstration_task,
    lease_age,
    ranked,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]


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
    lease_age(first, minutes=5)
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


@pytest.mark.parametrize("purpose", ["screening", "practice"])
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
    lease_age(lease, hours=3)
    assert claim(cast.lena, cast.project) == lease
    lease_age(lease, hours=3)
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


def test_orders_differ_between_labelers(cast):
    ranking_task(cast.project, 9, overlap=3, purpose="evaluation")
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


def test_a_claim_is_few_queries(cast, django_assert_num_queries):
    ranking_task(cast.project, 4)
    claim(cast.lena, cast.project)
    assignment = Assignment.objects.get()
    ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
    for _ in range(20):
        ranking_task(cast.project, 4)
    # membership and stale leases, own leases, routes, THE CLAIM, the lease, the count; around them
    # the savepoint of the claim.
    with django_assert_num_queries(6 + 2):
        assert claim(cast.luis, cast.project)
    demonstration_task(cast.project)
    with django_assert_num_queries(6 + 2 + 1):  # of two routes the one whose turn it is
        assert claim(cast.lena, cast.project)
    with django_assert_num_queries(4 + 2):  # membership, own lease and its row, renewal
        assert claim(cast.lena, cast.project)


def tasks_add(task: Task, count: int) -> None:
    """Add tasks like this one, one in ten of them open."""
    Task.objects.bulk_create(
        Task(
            project=task.project,
            kind=task.kind,
            route=task.route,
            k=task.k,
            prompt=task.prompt,
            state="open" if number % 10 == 0 else "done",
        )
        for number in range(count)
    )


@pytest.mark.parametrize("order", ["depth", "breadth"])
def test_the_claim_walks_the_partial_index(cast, order):
    task = demonstration_task(cast.project)
    tasks_add(task, 3_000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE queue_task")
    cast.project.queue_order = order
    tasks = tasks_claimable(labeler=cast.lena).filter(route=task.route)
    plan = tasks.order_by(*turns(order))[:1].explain()
    assert f"task_claim_{order}" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts steps of SQLite's machine")
@pytest.mark.parametrize("order", ["depth", "breadth"])
def test_a_claim_costs_the_same_however_many_tasks_wait(cast, order):
    """For everybody: who has a language is not slowed by the many tasks without one."""
    cast.project.queue_order = order
    tasks = [
        demonstration_task(cast.project),
        ranking_task(cast.project),
        demonstration_task(cast.project, marks=Marks("pt")),
        ranking_task(cast.project, purpose="evaluation"),
    ]
    Membership.objects.filter(user=cast.luis).update(languages=["pt"])
    few = steps(cast)
    for task in tasks[:2]:
        tasks_add(task, 4_000)
    assert steps(cast) <= 1.1 * few


def steps(cast):
    """How long three people's claims take SQLite, in steps of its virtual machine."""
    counted = [0]

    def count():
        counted[0] += 1

    for person in (cast.lena, cast.luis, cast.hana):
        connection.connection.set_progress_handler(count, 1)
        lease = claim(person, cast.project)
        connection.connection.set_progress_handler(None, 1)
        assignment_release(assignment=lease)
        Assignment.objects.all().delete()
    return counted[0]


def test_a_claim_reads_no_table_of_tasks_to_find_leases(cast):
    """A join to the project's tasks would walk all of them: it once made claims grow with them."""
    demonstration_task(cast.project)
    asked: list[str] = []

    def listen(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        claim(cast.lena, cast.project)
    stale = [sql for sql in asked if '"expires_at" <' in sql]
    assert len(stale) == 1
    assert "queue_task" not in stale[0]


def test_the_stale_leases_of_one_project_are_given_back_by_anothers_claim(cast):
    task = demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    lease_age(lease, hours=1)
    claim(cast.otto, cast.other)
    assert counts(task) == (0, 0, "open")


def test_a_lease_in_another_project_is_no_lease_here(cast):
    demonstration_task(cast.other)
    demonstration_task(cast.project)
    elsewhere = claim(cast.sita, cast.other)
    here = claim(cast.sita, cast.project)
    assert here.task.project == cast.project != elsewhere.task.project


def test_a_day_has_its_most(cast):
    """What is at hand is counted, and may be finished; yesterday's and other projects' is not."""
    for _ in range(6):
        demonstration_task(cast.project)
    demonstration_task(cast.other)
    cast.project.daily_cap = 2
    demonstration_submit(assignment=claim(cast.lena, cast.project), text="Yesterday's.")
    Assignment.objects.update(ended_at=timezone.now() - timedelta(days=1))
    demonstration_submit(assignment=claim(cast.lena, cast.project), text="One.")
    lease = claim(cast.lena, cast.project)
    assert claim(cast.lena, cast.project, besides=lease) is None
    assert claim(cast.lena, cast.project) == lease
    demonstration_submit(assignment=lease, text="Two.")
    assert claim(cast.lena, cast.project) is None
    assert claim(cast.luis, cast.project) is not None


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        (Marks(sensitive=("violence",)), {"declined": ["violence"], "languages": []}),
        (Marks(language="de"), {"declined": [], "languages": ["en"]}),
    ],
)
def test_a_claim_gives_back_what_its_labeler_has_declined_since(cast, marks, word):
    Membership.objects.filter(user=cast.lena).update(languages=["de"])
    declined = demonstration_task(cast.project, marks=marks)
    other = demonstration_task(cast.project)
    mine = claim(cast.lena, cast.project)
    draft_save(assignment=mine, draft={"text": "Half"})
    member_prefer(membership=Membership.objects.get(user=cast.lena), **word)
    assert claim(cast.lena, cast.project, besides=mine).task == other  # it is open in a page
    assert counts(declined) == (0, 1, "open")
    assert claim(cast.lena, cast.project).task == other
    assert counts(declined) == (0, 0, "open")
    mine.refresh_from_db()
    assert (mine.state, mine.draft["text"]) == ("released", "Half")
    demonstration_submit(assignment=mine, text="So.")
    assert counts(declined) == (1, 0, "done")
