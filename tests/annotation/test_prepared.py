"""Queries compiled once give what the same query sets give anew each time."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, models, transaction
from django.utils import timezone

from annotation import prepared
from annotation.models import Assignment, AuditEvent, Membership, Prompt, Task
from annotation.prepared import Param, Prepared, PreparedInsert, PreparedSave, PreparedUpdate
from annotation.queue.claims import task_claim
from tests.annotation.work import ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]

MEMBERS = Prepared(
    lambda: (
        Membership.objects.filter(project_id=Param("project"), user_id=Param("user"))
        .select_related("project")
        .annotate(twice=models.F("user_id") * 2)
    )
)
RECENT = Prepared(
    lambda: Assignment.objects.filter(
        leased_at__lt=Param("now", models.DateTimeField()),
        public_id=Param("public_id", models.UUIDField()),
    ).values_list("task_id", "order")
)
KINDS = Prepared(
    lambda: (
        Task.objects.filter(kind=Param("kind", models.CharField()))
        .order_by("-pk")
        .values_list("pk", flat=True)[:1]
    )
)


def test_rows_are_those_of_the_values_given(cast):
    for person in (cast.lena, cast.luis, cast.lena):
        member = MEMBERS.one(project=cast.project, user=person)
        assert member == Membership.objects.get(project=cast.project, user=person)
        assert (member.project.name, member.twice) == (cast.project.name, 2 * person.pk)
    assert MEMBERS.all(project=cast.project.pk, user=0) == []
    assert MEMBERS.first(project=cast.project.pk, user=0) is None
    with pytest.raises(Membership.DoesNotExist):
        MEMBERS.one(project=cast.project.pk, user=0)


def test_values_are_adapted_and_columns_converted_as_their_fields_do(cast):
    ranking_task(cast.project, 4)
    lease = task_claim(labeler=cast.lena, project=cast.project)
    assert lease
    now = timezone.now()
    rows = [(lease.task_id, lease.order)]
    assert RECENT.all(now=now, public_id=lease.public_id) == rows
    assert RECENT.all(now=now, public_id=str(lease.public_id)) == rows
    assert RECENT.all(now=lease.leased_at, public_id=lease.public_id) == []
    assert RECENT.all(now=now, public_id=uuid4()) == []


def test_slices_and_orders_hold_and_text_is_a_value_never_sql(cast):
    ranking_task(cast.project, 4)
    last = ranking_task(cast.project, 4)
    assert KINDS.all(kind="ranking") == [last.pk]
    assert KINDS.all(kind="' OR 1=1 --") == []


def test_it_is_compiled_once(django_assert_num_queries):
    made = []

    def make():
        made.append(1)
        return Task.objects.filter(pk=Param("pk"))

    query = Prepared(make)
    with django_assert_num_queries(3):
        for _ in range(3):
            assert query.all(pk=1) == []
    assert made == [1]


@pytest.mark.django_db(transaction=True)
def test_threads_use_it_at_once(cast):
    found = {}

    def look(person):
        found[person.pk] = [MEMBERS.one(project=cast.project, user=person).user_id for _ in "1234"]
        connection.close()

    threads = [threading.Thread(target=look, args=[each]) for each in (cast.lena, cast.luis)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {each.pk: [each.pk] * 4 for each in (cast.lena, cast.luis)}


def test_what_locks_still_locks(cast):
    task = ranking_task(cast.project, 4)
    locked = Prepared(lambda: Task.objects.select_for_update().filter(pk=Param("pk")))
    with transaction.atomic():
        assert locked.one(pk=task) == task


def test_what_never_changes_is_written_into_the_statement(cast):
    """Quotes, percent signs, lists and dates: as they were, on either database."""
    long_ago = timezone.now() - timedelta(days=1)
    odd = Prepared(
        lambda: (
            Task.objects.filter(pk=Param("pk"), created_at__gt=long_ago)
            .annotate(said=models.Value("100 % 'sure' %s \\"), one=models.Value(1.5))
            .values_list("said", "one")
        )
    )
    task = ranking_task(cast.project, 4)
    assert odd.all(pk=task) == [("100 % 'sure' %s \\", 1.5)]


def test_an_update_writes_the_rows_it_finds(cast):
    first, second = ranking_task(cast.project, 4), ranking_task(cast.project, 4)
    more = PreparedUpdate(
        lambda: Task.objects.filter(pk=Param("pk"), kind=Task.Kind.RANKING),
        leased_count=models.F("leased_count") + 1,
        priority=Param("priority", models.IntegerField()),
    )
    assert [more.run(pk=first, priority=n) for n in (3, 5)] == [1, 1]
    assert more.run(pk=0, priority=1) == 0
    said = Task.objects.order_by("pk").values_list("pk", "leased_count", "priority")
    assert list(said) == [(first.pk, 2, 5), (second.pk, 0, 0)]


def test_a_save_writes_the_named_fields_only(cast):
    ranking_task(cast.project, 4)
    lease = task_claim(labeler=cast.lena, project=cast.project)
    assert lease
    lease.draft, lease.ended_at, lease.order = {"note": "a % b"}, timezone.now(), [9]
    PreparedSave(Assignment, "draft", "ended_at").run(lease)
    again = Assignment.objects.get()
    assert (again.draft, again.ended_at) == (lease.draft, lease.ended_at)
    assert again.order != [9]


def test_rows_are_inserted_at_once_and_know_their_keys(cast, django_assert_num_queries):
    prompts = PreparedInsert(Prompt)
    texts = ["a", "'b' %s", "c\n"]
    rows = [
        Prompt(
            project=cast.project, messages=[{"role": "user", "content": text}], content_hash=text
        )
        for text in texts
    ]
    with django_assert_num_queries(2):
        prompts.run(*rows[:2])
        prompts.run(rows[2])
    found = Prompt.objects.filter(project=cast.project).order_by("pk")
    assert list(found) == rows
    assert [each.content_hash for each in found] == texts
    assert all(each.created_at and not each._state.adding for each in rows)
    rows[0].content_hash = "changed"
    rows[0].save()
    assert found.count() == 3


def test_many_rows_are_written_in_as_few_statements_as_may_be(
    cast, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(prepared, "MOST_ROWS", 2)
    events = PreparedInsert(AuditEvent)
    rows = [AuditEvent(project=cast.project, verb=f"verb-{number}") for number in range(5)]
    with django_assert_num_queries(3):
        events.run(*rows)
    with django_assert_num_queries(0):
        events.run()
    written = AuditEvent.objects.filter(project=cast.project, verb__startswith="verb-")
    assert list(written.order_by("pk")) == rows
