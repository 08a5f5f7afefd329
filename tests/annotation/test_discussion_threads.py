"""Who sees what: nobody at work on a task reads what others say about it."""

import pytest
from django.http import Http404

from annotation.discussion.threads import author_named, message_thread
from annotation.models import Assignment, Membership, Message, Task
from annotation.people.access import access_get
from annotation.queue.claims import task_claim
from annotation.queue.leases import assignment_skip
from annotation.review.rules import rules_update
from tests.annotation.discussion import about, channel_of, own, say, texts
from tests.annotation.review_work import fresh, rank, reviewer_join
from tests.annotation.work import claimed, ranking_task
from tests.cast import Cast, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def task(cast: Cast) -> Task:
    return ranking_task(cast.project, overlap=2)


def test_every_active_member_reads_the_channel(cast: Cast) -> None:
    say(channel_of(cast.lena), "Hello")
    for person in (cast.ada, cast.rosa, cast.luis, cast.hana, cast.sita):
        assert texts(channel_of(person)) == ["Hello"]
    with pytest.raises(Http404):
        channel_of(cast.otto)


def test_who_is_at_work_sees_own_questions_and_reviewers_answers(cast: Cast, task: Task) -> None:
    rex = reviewer_join(cast)
    rank(cast.luis, cast.project, [1, 2, 3, 4])
    lease = claimed(cast.lena, cast.project)
    asked = say(own(lease), "What is meant by it?")
    say(about(rex, task), "B is plainly the best.")
    say(about(rex, task), "The river.", asked)
    luis = own(Assignment.objects.get(labeler=cast.luis))
    say(luis, "I took it for the bank.", asked)
    assert texts(own(lease)) == ["What is meant by it?", "The river."]
    everything = [*texts(about(rex, task))]
    assert len(everything) == 4
    assert texts(luis) == everything
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    assert texts(own(fresh(lease))) == everything


@pytest.mark.parametrize("state", ["expired", "released"])
def test_who_lost_the_lease_may_come_back_and_sees_no_more(
    cast: Cast, task: Task, state: str
) -> None:
    lease = claimed(cast.lena, cast.project)
    say(about(cast.ada, task), "B is plainly the best.")
    Assignment.objects.filter(pk=lease.pk).update(state=state)
    assert texts(own(lease)) == []


def test_who_skipped_sees_all(cast: Cast, task: Task) -> None:
    lease = claimed(cast.lena, cast.project)
    say(about(cast.ada, task), "It is broken.")
    assignment_skip(assignment=lease, reason="unclear")
    assert texts(own(lease)) == ["It is broken."]


def test_the_held_out_are_no_exception(cast: Cast) -> None:
    task = ranking_task(cast.project, purpose=Task.Purpose.EVALUATION)
    lease = task_claim(labeler=cast.hana, project=cast.project)
    assert lease is not None
    say(about(cast.ada, task), "B is plainly the best.")
    assert texts(own(lease)) == []


def test_a_reviewer_who_labels_the_task_waits_too(cast: Cast, task: Task) -> None:
    Membership.objects.get(user=cast.lena, project=cast.project).roles.create(role="reviewer")
    say(about(cast.ada, task), "B is plainly the best.")
    assert texts(about(cast.lena, task)) == ["B is plainly the best."]
    lease = claimed(cast.lena, cast.project)
    assert texts(about(cast.lena, task)) == texts(own(lease)) == []


def test_others_find_nothing(cast: Cast, task: Task) -> None:
    for person in (cast.rosa, cast.lena):
        with pytest.raises(Http404):
            about(person, task)
    lease = claimed(cast.lena, cast.project)
    lease.labeler = cast.luis
    with pytest.raises(Http404):
        own(lease)
    member(cast.other, cast.ada, "admin")
    with pytest.raises(Http404):
        message_thread(
            access_get(user=cast.ada, slug="elsewhere"), say(channel_of(cast.ada), "Hi").pk
        )


def test_a_message_that_is_not_seen_is_not_found(cast: Cast, task: Task) -> None:
    lease = claimed(cast.lena, cast.project)
    told = say(about(cast.ada, task), "B is plainly the best.")
    access = access_get(user=cast.lena, slug="everyday")
    with pytest.raises(Http404):
        message_thread(access, told.pk)
    asked = say(own(lease), "Why?")
    assert message_thread(access, asked.pk)[1] == asked


def test_only_who_sees_all_can_be_named(cast: Cast, task: Task) -> None:
    rex = reviewer_join(cast)
    rank(cast.luis, cast.project, [1, 2, 3, 4])
    claimed(cast.lena, cast.project)
    names = {each.user.username for each in about(cast.ada, task).members()}
    assert names == {"ada", rex.username, "luis"}
    everybody = {each.user.username for each in channel_of(cast.ada).members()}
    assert everybody == {"ada", "rosa", "lena", "luis", "hana", "rex"}


def test_labelers_are_not_named_where_reviewers_are_not_to_know(cast: Cast, task: Task) -> None:
    asked = say(own(claimed(cast.lena, cast.project)), "Why?")
    assert not about(cast.ada, task).names_hidden
    rules_update(actor=cast.ada, project=cast.project, names_hidden=True)
    assert about(cast.ada, task).names_hidden
    assert not channel_of(cast.ada).names_hidden
    assert author_named(asked, cast.ada, hidden=True) == "A labeler"
    assert author_named(asked, cast.lena, hidden=True) == "lena"
    told = Message(author=cast.ada, staff=True)
    assert author_named(told, cast.lena, hidden=True) == "ada"
