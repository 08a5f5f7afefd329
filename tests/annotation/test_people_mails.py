"""E-mail goes out from rows: when the server is away, nothing is lost."""

import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from annotation.models import Mail
from annotation.people import mails
from annotation.people.mails import (
    ADDRESSES_KEPT,
    LOST_AFTER,
    WAITS,
    mail_queue,
    mail_send,
    mails_reconcile,
    origin_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]
KIND = Mail.Kind.PASSWORD_RESET


def hello(row: Mail) -> Iterator[EmailMessage]:
    yield EmailMessage(subject="Hello", body=f"See {row.origin}/x", to=[row.address])


@pytest.fixture(autouse=True)
def writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mails.WRITERS, KIND, hello)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows for which a worker was sent for."""
    ids: list[int] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda _name, kwargs: ids.append(kwargs["mail_id"])
    )
    return ids


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], None]:
    """Let the mail server fail so, or work again."""
    works = locmem.EmailBackend.send_messages

    def fail(error: Exception | None) -> None:
        def send(self: Any, messages: Any) -> int:
            if error is None:
                return int(works(self, messages))
            raise error

        monkeypatch.setattr(locmem.EmailBackend, "send_messages", send)

    return fail


def queued() -> Mail:
    return mail_queue(kind=KIND, address="nora@example.org", origin="https://p", language="en")


def due_now(row: Mail) -> None:
    Mail.objects.filter(pk=row.pk).update(due_at=timezone.now())


def test_a_worker_is_sent_for_on_commit_and_sends_it_once(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = queued()
        assert sent == []
    assert sent == [row.pk]
    mail_send(mail_id=row.pk)
    mail_send(mail_id=row.pk)
    assert [(each.to, each.body) for each in mail.outbox] == [
        (["nora@example.org"], "See https://p/x")
    ]
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason, row.claimed_at) == ("sent", 1, "", None)


def test_a_broker_that_is_away_hinders_nobody(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        row = queued()
    assert Mail.objects.get(pk=row.pk).state == "queued"


def test_what_failed_is_tried_again_later_and_then_given_up(
    server: Callable[[Exception | None], None],
) -> None:
    server(ConnectionRefusedError(111, "Connection refused"))
    row = queued()
    for number, wait in enumerate(WAITS, start=1):
        before = timezone.now()
        mail_send(mail_id=row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("queued", number)
        assert row.reason.startswith("The mail server was not reached (EMAIL_HOST")
        assert row.due_at >= before + wait
        mail_send(mail_id=row.pk)  # not yet
        assert Mail.objects.get(pk=row.pk).attempts == number
        due_now(row)
    mail_send(mail_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", len(WAITS) + 1)
    assert mail.outbox == []


def test_a_server_that_comes_back_gets_it(server: Callable[[Exception | None], None]) -> None:
    server(TimeoutError("timed out"))
    row = queued()
    mail_send(mail_id=row.pk)
    server(None)
    due_now(row)
    mail_send(mail_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == ("sent", 2, "")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (smtplib.SMTPRecipientsRefused({"n": (550, b"No such user")}), "failed", "550 No such"),
        (smtplib.SMTPRecipientsRefused({"n": (450, b"Greylisted")}), "queued", "450 Greylisted"),
        (smtplib.SMTPAuthenticationError(535, b"Bad"), "queued", "EMAIL_HOST_PASSWORD"),
        (smtplib.SMTPDataError(554, b"Spam"), "queued", "refused: 554 Spam"),
        (ValueError("a bug"), "queued", "ValueError: a bug"),
    ],
)
def test_the_reason_is_told(
    server: Callable[[Exception | None], None], error: Exception, state: str, words: str
) -> None:
    server(error)
    row = queued()
    mail_send(mail_id=row.pk)
    row.refresh_from_db()
    assert row.state == state
    assert words in row.reason


def test_what_is_not_needed_any_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mails.WRITERS, KIND, lambda _row: [])
    row = queued()
    mail_send(mail_id=row.pk)
    assert Mail.objects.get(pk=row.pk).state == "dropped"
    assert mail.outbox == []


def test_what_a_dead_worker_held_is_sent(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    row, at_work = queued(), queued()
    long_ago = timezone.now() - LOST_AFTER - timedelta(seconds=1)
    Mail.objects.filter(pk=row.pk).update(state="sending", claimed_at=long_ago)
    Mail.objects.filter(pk=at_work.pk).update(state="sending", claimed_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        mails_reconcile()
        mails_reconcile()  # sends for nobody twice
    assert sent == [row.pk]
    mail_send(mail_id=row.pk)
    assert Mail.objects.get(pk=row.pk).state == "sent"
    assert Mail.objects.get(pk=at_work.pk).state == "sending"


def test_a_message_that_was_lost_is_made_good(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    row = queued()
    with django_capture_on_commit_callbacks(execute=True):
        mails_reconcile()
    assert sent == []  # it may still be on its way
    Mail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        mails_reconcile()
    assert sent == [row.pk]


def test_whom_a_password_was_forgotten_by_is_forgotten() -> None:
    old, new = queued(), queued()
    Mail.objects.filter(pk=old.pk).update(created_at=timezone.now() - ADDRESSES_KEPT)
    mails_reconcile()
    assert [row.pk for row in Mail.objects.all()] == [new.pk]


def test_links_lead_to_the_site_as_it_was_called(settings: Any) -> None:
    def called(**extra: Any) -> HttpRequest:
        return RequestFactory().get("/x", **extra)

    assert origin_of(called()) == "http://testserver"
    assert origin_of(called(secure=True)) == "https://testserver"
    settings.SESSION_COOKIE_SECURE = True  # HTTPS=1, behind a proxy that speaks it
    assert origin_of(called()) == "https://testserver"
