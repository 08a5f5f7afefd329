"""Writing, changing and removing messages."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.discussion.writing import (
    MOST_A_MINUTE,
    MOST_TEXT,
    message_edit,
    message_post,
    message_remove,
)
from annotation.models import AuditEvent, Mention, Message
from tests.annotation.discussion import about, channel_of, own, say, texts
from tests.annotation.review_work import rank, reviewer_join
from tests.annotation.work import claimed, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def mentioned() -> list[str]:
    return sorted(Mention.objects.values_list("membership__user__username", flat=True))


def test_a_message_is_stored_with_whom_it_names(cast: Cast) -> None:
    message = say(channel_of(cast.ada), "@lena: see the instructions,\r\n@ada and @luis.\r\n")
    assert message.text == "@lena: see the instructions,\n@ada and @luis."
    assert message.staff
    assert mentioned() == ["lena", "luis"]
    assert not say(channel_of(cast.lena), "Thanks").staff


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MOST_TEXT + 1), "a\0b", "\u200b"])
def test_what_cannot_be_said_is_refused_beside_its_field(cast: Cast, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        say(channel_of(cast.lena), text)
    assert set(refused.value.message_dict) == {"text"}


def test_nobody_floods_the_channel(cast: Cast) -> None:
    for number in range(MOST_A_MINUTE):
        say(channel_of(cast.lena), f"{number}")
    with pytest.raises(ValidationError, match="in a minute"):
        say(channel_of(cast.lena), "One more")
    say(channel_of(cast.luis), "Others may")
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=1, seconds=1))
    say(channel_of(cast.lena), "Later")


def test_an_answer_tells_who_asked(cast: Cast) -> None:
    asked = say(channel_of(cast.lena), "When?")
    say(channel_of(cast.ada), "Now.", asked)
    assert mentioned() == ["lena"]
    with pytest.raises(ValidationError) as refused:
        message_post(thread=channel_of(cast.ada), text="So?", reply_to=asked.pk + 1000)
    assert set(refused.value.message_dict) == {"reply_to"}


def test_who_is_at_work_is_told_of_reviewers_answers_only(cast: Cast) -> None:
    task = ranking_task(cast.project, overlap=2)
    rex = reviewer_join(cast)
    done = rank(cast.luis, cast.project, [1, 2, 3, 4])
    lease = claimed(cast.lena, cast.project)
    asked = say(own(lease), "What is meant?")
    say(own(done), "I wondered, @lena.", asked)
    say(about(rex, task), "B is the best, @lena.")
    assert mentioned() == []
    say(about(rex, task), "The river.", asked)
    assert mentioned() == ["lena"]


def test_no_answer_to_what_is_hidden(cast: Cast) -> None:
    task = ranking_task(cast.project)
    told = say(about(cast.ada, task), "B is the best.")
    with pytest.raises(ValidationError):
        say(own(claimed(cast.lena, cast.project)), "Really?", told)


def test_an_edit_tells_whom_it_names_newly(cast: Cast) -> None:
    thread = channel_of(cast.ada)
    message = say(thread, "@lena @luis")
    read = Mention.objects.get(membership__user=cast.luis)
    changed = message_edit(thread=thread, message=message, text="@luis @hana")
    assert changed.edited_at is not None
    assert mentioned() == ["hana", "luis"]
    assert Mention.objects.get(membership__user=cast.luis) == read
    unchanged = message_edit(thread=thread, message=message, text="@luis @hana ")
    assert unchanged.edited_at == changed.edited_at


def test_only_its_author_and_only_for_a_while(cast: Cast) -> None:
    message = say(channel_of(cast.lena), "Hello")
    for person in (cast.luis, cast.ada):
        with pytest.raises(ValidationError):
            message_edit(thread=channel_of(person), message=message, text="Bye")
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(ValidationError):
        message_edit(thread=channel_of(cast.lena), message=message, text="Bye")
    with pytest.raises(ValidationError):
        message_remove(thread=channel_of(cast.lena), message=message)
    assert texts(channel_of(cast.lena)) == ["Hello"]


def test_a_removed_message_leaves_its_place(cast: Cast) -> None:
    thread = channel_of(cast.lena)
    message = say(thread, "@luis, my password is ...")
    message_remove(thread=thread, message=message)
    message.refresh_from_db()
    assert (message.text, message.deleted_by, mentioned()) == ("", cast.lena, [])
    assert not AuditEvent.objects.filter(verb="message_remove").exists()
    message_remove(thread=thread, message=message)
    with pytest.raises(ValidationError):
        message_edit(thread=thread, message=message, text="Again")


def test_an_admin_removes_any_and_that_is_written_down(cast: Cast) -> None:
    message = say(channel_of(cast.lena), "Rude words")
    Message.objects.update(created_at=timezone.now() - timedelta(days=3))
    with pytest.raises(ValidationError):
        message_remove(thread=channel_of(cast.luis), message=message)
    message_remove(thread=channel_of(cast.ada), message=message)
    event = AuditEvent.objects.get(verb="message_remove")
    assert (event.actor, event.data) == (cast.ada, {"author": "lena"})
    assert "Rude" not in str(event.data)


def test_the_database_keeps_removed_and_text_apart(cast: Cast) -> None:
    message = say(channel_of(cast.lena), "Hello")
    for wrong in (
        {"text": ""},
        {"deleted_at": timezone.now(), "text": ""},
        {"deleted_at": timezone.now(), "deleted_by": cast.ada},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**wrong)
