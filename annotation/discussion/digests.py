"""E-mails about unread mentions: one a day, or as soon as somebody is named, or none.

A mention makes the member's digest due. What is due becomes an e-mail's row in the transaction that
takes it off, and each mention names the e-mail that tells of it: a worker that is killed between
leaves all or nothing. The text is made as the e-mail is sent, of what is still unread then.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.discussion.models import Digest, Mention, Message
from annotation.discussion.reading import unread_of
from annotation.discussion.threads import STAFF, author_named
from annotation.people.languages import language_known
from annotation.people.mail_models import Mail
from annotation.people.mails import mail_queue, writer_register
from annotation.people.models import Membership
from annotation.queue.models import Assignment
from annotation.review.rules import rules_of

Every = Digest.Every
HOUR = time(7)
"""Of the site's day, when the daily ones go out."""
PATIENCE = timedelta(minutes=2)
"""Who is looking at the page needs no e-mail."""
AT_ONCE = 200
MOST_LISTED = 20


def digests_due(*, memberships: Sequence[int], origin: str) -> None:
    """Have these members told of what they were just named in, unless they want no e-mail."""
    if not memberships or not origin:
        return
    Digest.objects.bulk_create(
        [Digest(membership_id=pk, origin=origin) for pk in memberships], ignore_conflicts=True
    )
    rows = Digest.objects.filter(membership__in=memberships, due_at=None)
    now = timezone.now()
    for every in (Every.DAILY, Every.AT_ONCE):
        rows.filter(every=every).update(due_at=due_after(now, every), origin=origin)


def due_after(now: datetime, every: str) -> datetime | None:
    if every == Every.OFF:
        return None
    if every == Every.AT_ONCE:
        return now + PATIENCE
    local = timezone.localtime(now)
    day = local.date() if local.time() < HOUR else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, HOUR))


def digest_of(membership: Membership) -> Digest:
    """The member's setting; the default, unsaved, where nothing was set."""
    return Digest.objects.filter(membership=membership).first() or Digest(membership=membership)


def digest_set(*, membership: Membership, every: str, origin: str) -> Digest:
    """How often a member wants e-mails. Raises ValidationError by field."""
    if every not in Every.values:
        raise ValidationError({"every": _("Choose how often.")})
    with transaction.atomic():
        Digest.objects.get_or_create(membership=membership)
        digest = Digest.objects.select_for_update().get(membership=membership)
        digest.every, digest.origin = every, origin
        digest.due_at = due_after(timezone.now(), every) if untold(digest).exists() else None
        digest.save()
    return digest


def untold(digest: Digest) -> QuerySet[Mention]:
    return Mention.objects.filter(
        membership=digest.membership_id, read_at=None, mail=None, message__deleted_at=None
    )


def digests_reconcile() -> None:
    """Queue the e-mails that are due. Safe to call at any time, by anybody."""
    due = Digest.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    for digest in due.select_related("membership__user")[:AT_ONCE]:
        digest_queue(digest)


def digest_queue(digest: Digest) -> None:
    member = digest.membership
    with transaction.atomic():
        same = Digest.objects.filter(pk=digest.pk, due_at=digest.due_at, every=digest.every)
        if not same.update(due_at=None):
            return  # somebody else's, or set otherwise since
        mentions = list(untold(digest).values_list("pk", flat=True))
        if not mentions or not member.user.email or member.state != Membership.State.ACTIVE:
            return
        mail = mail_queue(
            kind=Mail.Kind.DIGEST,
            address=member.user.email,
            origin=digest.origin,
            language=member.user.language if language_known(member.user.language) else "en",
        )
        Mention.objects.filter(pk__in=mentions).update(mail=mail)


def digest_write(mail: Mail) -> Iterator[EmailMessage]:
    """In the reader's language, of what they still have not read; nothing where that is nothing.

    Says who wrote, where and when, and not what: a prompt's text is not for e-mail.
    """
    mentions = list(
        Mention.objects.filter(
            mail=mail,
            read_at=None,
            message__deleted_at=None,
            membership__state=Membership.State.ACTIVE,
        )
        .exclude(membership__digest__every=Every.OFF)
        .select_related("message__author", "message__task", "membership__user")
        .select_related("membership__project")
        .order_by("message")
    )
    if not mentions:
        return
    member = mentions[0].membership
    project = member.project
    emails = f"{mail.origin}{reverse('channel-emails', args=[project.slug])}"
    context = {
        "user": member.user,
        "project": project,
        "mentions": [mention_told(each, mail.origin) for each in mentions[-MOST_LISTED:]],
        "more": max(0, len(mentions) - MOST_LISTED),
        "news": unread_of(member).channel,
        "channel": f"{mail.origin}{reverse('channel', args=[project.slug])}",
        "emails": emails,
    }
    subject = _("%(project)s: somebody wrote to you") % {"project": project.name}
    yield EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("annotation/mail/digest.txt", context),
        to=[mail.address],
        headers={"List-Unsubscribe": f"<{emails}>"},
    )


def mention_told(mention: Mention, origin: str) -> dict[str, object]:
    message, member = mention.message, mention.membership
    hidden = message.task_id is not None and rules_of(member.project).names_hidden
    return {
        "by": author_named(message, member.user, hidden=hidden),
        "at": message.created_at,
        "task": message.task_id is not None,
        "link": f"{origin}{message_path(message, member)}",
    }


def message_path(message: Message, member: Membership) -> str:
    """Where `member` reads it: a labeler by their own assignment, not by the task's number."""
    slug = member.project.slug
    if message.task_id is None:
        path = reverse("channel", args=[slug])
    elif member.roles.filter(role__in=STAFF).exists():
        path = reverse("task-discussion", args=[slug, message.task_id])
    else:
        own = Assignment.objects.filter(task=message.task_id, labeler=member.user_id).first()
        if own is None:
            return reverse("channel", args=[slug])
        path = reverse("work-discussion", args=[slug, own.public_id])
    return f"{path}#message-{message.pk}"


writer_register(Mail.Kind.DIGEST, digest_write)
