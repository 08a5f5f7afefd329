"""What somebody has read, and what they have not."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotation.discussion.models import Mention, Message, ReadMark
from annotation.discussion.threads import Thread
from annotation.people.access import Access
from annotation.people.models import Membership


@dataclass(frozen=True)
class Unread:
    """`channel`: messages in it. `mentions`: in it and about tasks; `about_tasks`: those alone."""

    channel: int = 0
    mentions: int = 0
    about_tasks: int = 0

    @property
    def all(self) -> int:
        return self.channel + self.about_tasks


def unread_of(membership: Membership | None) -> Unread:
    """In one query, each count along an index. A site admin who is no member has nothing unread."""
    if membership is None:
        return Unread()
    mark = ReadMark.objects.filter(membership=OuterRef(OuterRef("pk")), task=None).values("last")
    channel = Message.objects.filter(
        project=OuterRef("project"),
        task=None,
        deleted_at=None,
        created_at__gte=OuterRef("created_at"),  # what was said before they came is no news
        pk__gt=Coalesce(Subquery(mark), Value(0)),
    ).exclude(author=OuterRef("user"))
    mentions = Mention.objects.filter(membership=OuterRef("pk"), read_at=None)
    row = (
        Membership.objects.filter(pk=membership.pk)
        .annotate(
            channel_unread=counted(channel, "project"),
            mentions_unread=counted(mentions, "membership"),
            tasks_unread=counted(mentions.filter(message__task__isnull=False), "membership"),
        )
        .values_list("channel_unread", "mentions_unread", "tasks_unread")
        .first()
    )
    return Unread(*row) if row else Unread()


def counted(rows: "QuerySet[Message] | QuerySet[Mention]", by: str) -> Coalesce:
    count = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count, output_field=IntegerField()), Value(0))


def unread_badge(access: Access) -> int:
    """What stands beside the channel's entry in the header."""
    return unread_of(access.membership).all


def mentions_unread(membership: Membership | None) -> QuerySet[Mention]:
    """About tasks, the latest first: the channel's are on its page."""
    if membership is None:
        return Mention.objects.none()
    rows = Mention.objects.filter(membership=membership, read_at=None, message__task__isnull=False)
    return rows.select_related("message__author", "message__task").order_by("-message")


def thread_read(*, thread: Thread, last: int) -> None:
    """Note that the thread has been shown through the message `last`; a mark never goes back."""
    membership = thread.access.membership
    if membership is None or not last:
        return
    mark, made = ReadMark.objects.get_or_create(
        membership=membership, task=thread.task, defaults={"last": last}
    )
    if not made and mark.last < last:
        ReadMark.objects.filter(pk=mark.pk, last__lt=last).update(last=last)
    seen = Mention.objects.filter(
        membership=membership, read_at=None, message__in=thread.rows().filter(pk__lte=last)
    )
    if seen.exists():
        Mention.objects.filter(pk__in=list(seen.values_list("pk", flat=True))).update(
            read_at=timezone.now()
        )
