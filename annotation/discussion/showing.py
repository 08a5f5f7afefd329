"""A page of a thread: its messages as the reader sees them."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from annotation.discussion.mentions import mentions_show
from annotation.discussion.models import Message, ReadMark
from annotation.discussion.threads import STAFF, Thread, author_named
from annotation.discussion.writing import may_edit, may_remove
from annotation.texts import leaves_mark

PER_PAGE = 50
MOST_NAMES = 500
QUOTED = 120


@dataclass(frozen=True)
class Shown:
    """`answered` is whom it answers and how that began, and None where it answers nothing.

    `change`: the reader may change or remove it. `new`: they see it for the first time.
    """

    message: Message
    by: str
    html: SafeString | None
    answered: tuple[str, str] | None
    own: bool
    change: bool
    new: bool


@dataclass(frozen=True)
class Page:
    """The oldest first. `version` tells two states of the same page apart."""

    shown: list[Shown]
    earlier: int | None
    latest: bool
    last: int
    version: str


def page_of(thread: Thread, *, before: int | None = None) -> Page:
    """The latest messages, or those before one of them."""
    rows = thread.rows().prefetch_related("mentions__membership__user")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PER_PAGE + 1])
    more = len(found) > PER_PAGE
    messages = found[:PER_PAGE][::-1]
    mark = mark_of(thread)
    hidden = thread.names_hidden
    changed = [at for row in messages for at in (row.edited_at, row.deleted_at) if at]
    last = messages[-1].pk if messages else 0
    return Page(
        shown=[shown(row, thread, mark=mark, hidden=hidden) for row in messages],
        earlier=messages[0].pk if more else None,
        latest=before is None,
        last=last,
        version=f"{last}-{max(changed).timestamp():.6f}" if changed else str(last),
    )


def mark_of(thread: Thread) -> int | None:
    """Through which message they have read; None where they were never here."""
    member = thread.access.membership
    if member is None:
        return None
    marks = ReadMark.objects.filter(membership=member, task=thread.task)
    return marks.values_list("last", flat=True).first()


def shown(message: Message, thread: Thread, *, mark: int | None, hidden: bool) -> Shown:
    reader = thread.access.user
    names = [each.membership.user.username for each in message.mentions.all()]
    own = message.author_id == reader.pk
    return Shown(
        message=message,
        by=author_named(message, reader, hidden=hidden),
        html=None if message.deleted_at else mentions_show(message.text, names),
        answered=quoted(message.reply_to, thread, hidden) if message.reply_to else None,
        own=own,
        change=may_edit(message, reader) or may_remove(message, thread),
        new=mark is not None and message.pk > mark and not own,
    )


def quoted(message: Message, thread: Thread, hidden: bool) -> tuple[str, str]:
    lines = (line.strip() for line in message.text.splitlines())
    line = next((line for line in lines if leaves_mark(line)), "")
    if message.deleted_at:
        line = _("removed")
    cut = line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
    return author_named(message, thread.access.user, hidden=hidden), cut


def names_offered(thread: Thread) -> list[str]:
    """Whom the page completes after an @. About a task labelers are offered reviewers and admins:
    who else labels it is not theirs to know."""
    members = thread.members().exclude(user=thread.access.user)
    if thread.task is not None and (thread.names_hidden or not thread.staff):
        members = members.filter(roles__role__in=STAFF)
    names = members.order_by("user__username").values_list("user__username", flat=True)
    return list(names.distinct()[:MOST_NAMES])
