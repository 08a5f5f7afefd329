"""E-mails about mentions: of what is unread, once, and nothing where nothing is."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.core import mail as outbox
from django.db import transaction
from django.utils import timezone

from annotation.discussion.digests import (
    digest_of,
    digest_set,
    digest_write,
    digests_reconcile,
    due_after,
)
from annotation.discussion.reading import thread_read
from annotation.models import Digest, Mail, Membership, Mention, User
from annotation.people.mails import mail_send
from tests.annotation.discussion import ORIGIN, about, channel_of, own, say
from tests.annotation.work import claimed, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture(autouse=True)
def lena_has_an_address(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Membership:
    User.objects.filter(pk=cast.lena.pk).update(email="lena@example.org")
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    return Membership.objects.get(project=cast.project, user=cast.lena)


def fall_due() -> None:
    Digest.objects.exclude(due_at=None).update(due_at=timezone.now())


def sent() -> list[str]:
    """Let everything that is due go out; the texts of what went."""
    fall_due()
    digests_reconcile()
    for row in Mail.objects.filter(state=Mail.State.QUEUED):
        mail_send(mail_id=row.pk)
    said = [str(message.body) for message in outbox.outbox]
    outbox.outbox.clear()
    return said


def test_it_goes_out_in_the_morning():
    at = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    assert due_after(at, "daily") == at.replace(hour=7, minute=0)
    assert due_after(at.replace(hour=7), "daily") == datetime(2026, 5, 5, 7, tzinfo=UTC)
    assert due_after(at, "off") is None
    soon = due_after(at, "at_once")
    assert soon is not None
    assert soon - at < timedelta(minutes=5)


def test_one_mail_tells_of_all_mentions(cast: Cast) -> None:
    say(channel_of(cast.ada), "@lena, a secret")
    say(channel_of(cast.luis), "@lena too")
    say(channel_of(cast.luis), "News")
    digests_reconcile()
    assert not Mail.objects.exists()  # not before it is due
    (said,) = sent()
    assert "ada, in the channel" in said
    assert "luis, in the channel" in said
    assert f"{ORIGIN}/p/everyday/channel/#message-" in said
    assert "3 messages that you have not read" in said
    assert f"{ORIGIN}/p/everyday/channel/emails/" in said
    assert "secret" not in said
    assert sent() == []
    say(channel_of(cast.ada), "@lena again")
    (said,) = sent()
    assert "luis" not in said


def test_nothing_goes_out_where_all_is_read(cast: Cast) -> None:
    first = say(channel_of(cast.ada), "@lena")
    thread_read(thread=channel_of(cast.lena), last=first.pk)
    assert sent() == []
    assert not Mail.objects.exists()
    second = say(channel_of(cast.ada), "@lena")
    fall_due()
    digests_reconcile()
    thread_read(thread=channel_of(cast.lena), last=second.pk)
    assert sent() == []
    assert Mail.objects.get().state == Mail.State.DROPPED


def test_who_has_no_address_or_is_suspended_gets_none(
    cast: Cast, lena_has_an_address: Membership
) -> None:
    say(channel_of(cast.ada), "@luis @lena")
    Membership.objects.filter(pk=lena_has_an_address.pk).update(state="suspended")
    assert sent() == []


def test_a_member_chooses_how_often(cast: Cast, lena_has_an_address: Membership) -> None:
    lena = lena_has_an_address
    assert digest_of(lena).every == "daily"
    say(channel_of(cast.ada), "@lena")
    assert digest_set(membership=lena, every="off", origin=ORIGIN).due_at is None
    say(channel_of(cast.ada), "@lena")
    assert sent() == []
    digest = digest_set(membership=lena, every="at_once", origin=ORIGIN)
    assert digest.due_at is not None
    (said,) = sent()
    assert said.count("#message-") == 2


def test_what_was_queued_is_dropped_for_who_wants_none(
    cast: Cast, lena_has_an_address: Membership
) -> None:
    say(channel_of(cast.ada), "@lena")
    fall_due()
    digests_reconcile()
    digest_set(membership=lena_has_an_address, every="off", origin=ORIGIN)
    assert list(digest_write(Mail.objects.get())) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_leaves_all_or_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the e-mail's row is written and the mentions do not name it yet."""
    say(channel_of(cast.ada), "@lena")
    fall_due()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(transaction, "on_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            digests_reconcile()
    assert not Mail.objects.exists()
    digests_reconcile()
    digests_reconcile()
    assert Mention.objects.get().mail == Mail.objects.get()


def test_it_speaks_the_readers_language_and_leads_to_their_page(cast: Cast) -> None:
    User.objects.filter(pk=cast.lena.pk).update(language="de")
    task = ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    asked = say(own(lease), "Why?")
    told = say(about(cast.ada, task), "So.", asked)
    (said,) = sent()
    assert f"{ORIGIN}/p/everyday/work/{lease.public_id}/discussion/#message-{told.pk}" in said
    assert Mail.objects.get().language == "de"
