"""Writing a message, and changing or removing it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.discussion.digests import digests_due
from annotation.discussion.mentions import members_named
from annotation.discussion.models import Mention, Message
from annotation.discussion.threads import STAFF, Role, Thread
from annotation.people.models import Membership, Project, User
from annotation.people.projects import audit
from annotation.texts import newlines_plain, text_validate

MOST_TEXT = 5_000
MOST_A_MINUTE = 10
MOST_MENTIONED = 20
CHANGED_FOR = timedelta(minutes=15)
"""How long its author may change or remove a message."""


def message_post(
    *, thread: Thread, text: str, reply_to: int | None = None, origin: str = ""
) -> Message:
    """Say something. `reply_to` is a message of the thread; `origin` is where e-mails will lead.

    Raises ValidationError by field.
    """
    access = thread.access
    text = text_check(text)
    with transaction.atomic():
        # One after the other within a project: ids then grow in the order in which messages can be
        # seen, and a read mark leaves none out. No key of it changes, so nobody else waits.
        Project.objects.select_for_update(no_key=True).get(pk=access.project.pk)
        rate_check(access.user)
        answered = None if reply_to is None else thread.rows().filter(pk=reply_to).first()
        if reply_to is not None and (answered is None or answered.deleted_at):
            raise ValidationError({"reply_to": _("The message you answer is there no more.")})
        message = Message.objects.create(
            project=access.project,
            task=thread.task,
            author=access.user,
            staff=access.has(*STAFF),
            reply_to=answered,
            text=text,
        )
        named = members_named(text, thread)
        mentions_add(message, [*named, *answered_member(message, thread)], origin)
    return message


def message_edit(*, thread: Thread, message: Message, text: str, origin: str = "") -> Message:
    """Change one's own message. Who is named newly is told. Raises ValidationError by field."""
    text = text_check(text)
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if not may_edit(message, thread.access.user):
            raise ValidationError(_("This message cannot be changed any more."))
        if message.text == text:
            return message
        message.text, message.edited_at = text, timezone.now()
        message.save(update_fields=["text", "edited_at"])
        kept = [*members_named(text, thread), *answered_member(message, thread)]
        mentions_add(message, kept, origin)
        message.mentions.exclude(membership__in=kept).delete()
    return message


def message_remove(*, thread: Thread, message: Message) -> None:
    """Take a message's text away; its place stays. Raises ValidationError."""
    access = thread.access
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if message.deleted_at:
            return
        if not may_remove(message, thread):
            raise ValidationError(_("Only an admin can remove this message."))
        message.text, message.deleted_at, message.deleted_by = "", timezone.now(), access.user
        message.save(update_fields=["text", "deleted_at", "deleted_by"])
        message.mentions.all().delete()
        if message.author_id != access.user.pk:
            audit(
                project=access.project,
                actor=access.user,
                verb="message_remove",
                target=str(message),
                author=message.author.username,
            )


def may_edit(message: Message, user: User) -> bool:
    return (
        message.author_id == user.pk
        and message.deleted_at is None
        and timezone.now() - message.created_at < CHANGED_FOR
    )


def may_remove(message: Message, thread: Thread) -> bool:
    if message.deleted_at:
        return False
    return thread.access.has(Role.ADMIN) or may_edit(message, thread.access.user)


def text_check(text: Any) -> str:
    if isinstance(text, str):
        text = newlines_plain(text).rstrip()
    try:
        return text_validate(text, what=_("The message"), limit=MOST_TEXT)
    except ValidationError as error:
        raise ValidationError({"text": error.messages}) from error


def rate_check(user: User) -> None:
    since = timezone.now() - timedelta(minutes=1)
    if Message.objects.filter(author=user, created_at__gt=since).count() >= MOST_A_MINUTE:
        raise ValidationError(
            {
                "text": _("That is more than %(most)s messages in a minute: wait a little.")
                % {"most": MOST_A_MINUTE}
            }
        )


def answered_member(message: Message, thread: Thread) -> list[Membership]:
    """Whom a message answers, if they see the answer: a labeler at work only a reviewer's."""
    asked = message.reply_to
    if asked is None or asked.author_id == message.author_id:
        return []
    found = Membership.objects.filter(
        project=message.project, user=asked.author_id, state=Membership.State.ACTIVE
    )
    if not message.staff:
        found = found.filter(pk__in=thread.members().values("pk"))
    return list(found)


def mentions_add(message: Message, members: Sequence[Membership], origin: str) -> None:
    """Those who are mentioned already stay as they are."""
    known = set(message.mentions.values_list("membership", flat=True))
    wanted = {member.pk for member in members}
    if len(wanted) > MOST_MENTIONED:
        raise ValidationError(
            {"text": _("Name at most %(most)s people.") % {"most": MOST_MENTIONED}}
        )
    new = sorted(wanted - known)
    Mention.objects.bulk_create(Mention(message=message, membership_id=pk) for pk in new)
    digests_due(memberships=new, origin=origin)
