"""What is unread, in one query."""

from typing import Any

import pytest

from annotation.discussion.reading import Unread, mentions_unread, thread_read, unread_of
from annotation.discussion.writing import message_remove
from annotation.models import Membership, ReadMark, User
from tests.annotation.discussion import about, channel_of, own, say
from tests.annotation.work import claimed, ranking_task
from tests.cast import Cast, member, user

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def membership(cast: Cast, person: User) -> Membership:
    return Membership.objects.get(project=cast.project, user=person)


def test_unread_is_what_others_said_since(cast: Cast, django_assert_num_queries: Any) -> None:
    lena = membership(cast, cast.lena)
    assert unread_of(lena) == Unread(0, 0, 0)
    first = say(channel_of(cast.ada), "One for @lena")
    say(channel_of(cast.lena), "Own")
    gone = say(channel_of(cast.luis), "Two")
    with django_assert_num_queries(1):
        assert unread_of(lena) == Unread(2, 1, 0)
    thread_read(thread=channel_of(cast.lena), last=first.pk)
    assert unread_of(lena) == Unread(1, 0, 0)
    message_remove(thread=channel_of(cast.luis), message=gone)
    assert unread_of(lena) == Unread(0, 0, 0)


def test_a_mark_never_goes_back(cast: Cast) -> None:
    first = say(channel_of(cast.ada), "One")
    second = say(channel_of(cast.ada), "Two")
    for last in (second.pk, first.pk, 0):
        thread_read(thread=channel_of(cast.lena), last=last)
    assert ReadMark.objects.get().last == second.pk


def test_who_comes_later_has_no_backlog(cast: Cast) -> None:
    say(channel_of(cast.ada), "Long ago")
    nora = member(cast.project, user("Nora"), "labeler")
    assert unread_of(nora).all == 0


def test_a_site_admin_who_is_no_member_has_nothing_unread(cast: Cast) -> None:
    message = say(channel_of(cast.ada), "Hello")
    thread_read(thread=channel_of(cast.sita), last=message.pk)
    assert unread_of(None) == Unread()
    assert not mentions_unread(None).exists()
    assert not ReadMark.objects.exists()


def test_about_a_task_only_what_is_meant_for_one_counts(cast: Cast) -> None:
    task = ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    lena = membership(cast, cast.lena)
    asked = say(own(lease), "What is meant?")
    say(about(cast.ada, task), "B is the best.")
    assert unread_of(lena).all == 0
    told = say(about(cast.ada, task), "The river.", asked)
    assert unread_of(lena) == Unread(0, 1, 1)
    assert [each.message for each in mentions_unread(lena)] == [told]
    thread_read(thread=own(lease), last=told.pk)
    assert unread_of(lena).all == 0
    assert ReadMark.objects.get().task == task
