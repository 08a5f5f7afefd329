"""Sending e-mail: rows go in with what they are about, and workers send them.

A mail may go out twice (a worker that dies between the server's word and its own), never not at all
while tries are left.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone, translation

from annotation.people.invitation_models import Invitation
from annotation.people.mail_models import Mail

State = Mail.State
Writer = Callable[[Mail], Iterable[EmailMessage]]
"""Makes a row's messages; none where it is not needed any more."""

WRITERS: dict[str, Writer] = {}
TASK = "annotation.people.mail_send"
WAITS = [timedelta(minutes=each) for each in (1, 5, 30, 120, 480)]
"""Between one try and the next; after the last the mail has failed."""
LOST_AFTER = timedelta(minutes=10)
"""A worker that has not said by then how it went is taken to be dead."""
OVERDUE = timedelta(seconds=30)
ADDRESSES_KEPT = timedelta(days=30)
"""Of who forgot a password, or somebody typed in."""
AT_ONCE = 100
MOST_REASON = 500

logger = logging.getLogger(__name__)


def writer_register(kind: str, writer: Writer) -> None:
    WRITERS[kind] = writer


def origin_of(request: HttpRequest) -> str:
    """The site as its caller knows it: a worker that writes a link has no request. The host is one
    of ALLOWED_HOSTS, or Django has refused the request."""
    scheme = "https" if settings.SESSION_COOKIE_SECURE else request.scheme
    return f"{scheme}://{request.get_host()}"


def mail_queue(
    *, kind: str, address: str, origin: str, language: str, invitation: Invitation | None = None
) -> Mail:
    """Have an e-mail sent, once the caller's transaction is through."""
    mail = Mail.objects.create(
        kind=kind, address=address, origin=origin, language=language, invitation=invitation
    )
    mail_call(mail)
    return mail


def mail_call(mail: Mail) -> None:
    """Send for a worker on commit. Where the broker is away, the reconcile sends for one later."""
    transaction.on_commit(
        lambda: current_app.send_task(TASK, kwargs={"mail_id": mail.pk}), robust=True
    )


def mail_send(*, mail_id: int) -> None:
    """Send an e-mail if it waits and is due. Safe to call at any time."""
    now = timezone.now()
    waiting = Mail.objects.filter(pk=mail_id, state=State.QUEUED, due_at__lte=now)
    if not waiting.update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1):
        return
    mail = Mail.objects.get(pk=mail_id)
    try:
        with translation.override(mail.language):
            messages = list(WRITERS[mail.kind](mail))
        if messages:
            get_connection().send_messages(messages)
    except Exception as error:
        mail_failed(mail, error)
    else:
        if messages:
            mail_end(mail, state=State.SENT, sent_at=timezone.now(), reason="")
        else:
            mail_end(mail, state=State.DROPPED)


def mail_end(mail: Mail, **changes: object) -> None:
    """What became of a try; another worker's, begun since, stays as it is."""
    mine = Mail.objects.filter(pk=mail.pk, state=State.SENDING, attempts=mail.attempts)
    mine.update(claimed_at=None, **changes)


def mail_failed(mail: Mail, error: Exception) -> None:
    """Note why, and try again later unless nothing would be another then."""
    logger.warning("Mail %s was not sent: %s", mail.pk, error)
    reason = reason_of(error)
    if refused_for_good(error) or mail.attempts > len(WAITS):
        mail_end(mail, state=State.FAILED, reason=reason)
        return
    due = timezone.now() + WAITS[mail.attempts - 1]
    mail_end(mail, state=State.QUEUED, reason=reason, due_at=due)


def reason_of(error: Exception) -> str:
    """In words that an admin can act on; English, as all that workers say."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(told(code, text) for code, text in error.recipients.values())
        words = f"The mail server refused the address: {said}"
    elif isinstance(error, smtplib.SMTPAuthenticationError):
        words = (
            "The mail server refused the site's name or password (EMAIL_HOST_USER, "
            f"EMAIL_HOST_PASSWORD): {told(error.smtp_code, error.smtp_error)}"
        )
    elif isinstance(error, smtplib.SMTPResponseException):
        words = f"The mail server refused: {told(error.smtp_code, error.smtp_error)}"
    elif isinstance(error, OSError):
        words = f"The mail server was not reached (EMAIL_HOST, EMAIL_PORT): {error}"
    else:
        words = f"{type(error).__name__}: {error}"
    return words.replace("\0", "")[:MOST_REASON]


def told(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {words}"


def refused_for_good(error: Exception) -> bool:
    """Whether the server says, by a code of 500 and more, that no later try will do."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _ in error.recipients.values())


def mails_reconcile() -> None:
    """Free what dead workers held, and send for a worker for what is overdue."""
    now = timezone.now()
    Mail.objects.filter(kind=Mail.Kind.PASSWORD_RESET, created_at__lt=now - ADDRESSES_KEPT).delete()
    lost = Mail.objects.filter(state=State.SENDING, claimed_at__lt=now - LOST_AFTER)
    lost.update(state=State.QUEUED, claimed_at=None, due_at=now - OVERDUE)
    overdue = Mail.objects.filter(state=State.QUEUED, due_at__lte=now - OVERDUE).order_by("due_at")
    for mail in overdue[:AT_ONCE]:
        # Due from now on, so that the next reconcile does not send for the same at once.
        if Mail.objects.filter(pk=mail.pk, state=State.QUEUED).update(due_at=now):
            mail_call(mail)
