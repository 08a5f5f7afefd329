"""Who sees which messages.

The channel is for every active member. About a task speak reviewers, admins, and the labelers who
have ended it: who still works on it would be biased by what others say. Until then a labeler may
ask, and sees their own questions with the answers of reviewers and admins, nothing else.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from annotation.discussion.models import Message
from annotation.people.access import Access
from annotation.people.models import Membership, MembershipRole, User
from annotation.queue.models import Assignment, Task
from annotation.review.rules import rules_of

Role = MembershipRole.Role
STAFF = (Role.REVIEWER, Role.ADMIN)
ENDED = (Assignment.State.SUBMITTED, Assignment.State.SKIPPED)


@dataclass(frozen=True)
class Thread:
    """The channel where `task` is None. Not `whole`: the reader's own questions and their answers.

    `assignment` is the reader's own on the task, if there is one.
    """

    access: Access
    task: Task | None = None
    assignment: Assignment | None = None
    whole: bool = True

    def rows(self) -> QuerySet[Message]:
        """What the reader may see, the oldest first."""
        rows = Message.objects.filter(project=self.access.project, task=self.task)
        if not self.whole:
            user = self.access.user
            rows = rows.filter(Q(author=user) | Q(reply_to__author=user, staff=True))
        return rows.select_related("author", "reply_to__author").order_by("pk")

    @property
    def staff(self) -> bool:
        return self.access.has(*STAFF)

    @property
    def names_hidden(self) -> bool:
        """Whether reviewers are not to be told which labeler says what."""
        return self.task is not None and rules_of(self.access.project).names_hidden

    def members(self) -> QuerySet[Membership]:
        """Who sees all of it: who may be mentioned."""
        active = Membership.objects.filter(
            project=self.access.project, state=Membership.State.ACTIVE
        )
        if self.task is None:
            return active.filter(roles__isnull=False).distinct()
        on_task = Assignment.objects.filter(task=self.task)
        staff = active.filter(roles__role__in=STAFF).exclude(
            user__in=on_task.filter(state=Assignment.State.LEASED).values("labeler")
        )
        ended = active.filter(
            roles__role=Role.LABELER, user__in=on_task.filter(state__in=ENDED).values("labeler")
        )
        return active.filter(Q(pk__in=staff.values("pk")) | Q(pk__in=ended.values("pk")))


def channel(access: Access) -> Thread:
    return Thread(access)


def task_thread(access: Access, task_id: int) -> Thread:
    """As reviewers and admins come to it. Raises Http404 for who may not."""
    task = tasks(access).filter(pk=task_id).first()
    if task is None:
        raise Http404(_("No such task."))
    own = task.assignments.filter(labeler=access.user).first()
    return thread_with(access, task, own)


def assignment_thread(access: Access, public_id: UUID) -> Thread:
    """As a labeler comes to it, by their own assignment. Raises Http404."""
    own = (
        Assignment.objects.filter(
            public_id=public_id, labeler=access.user, task__in=tasks(access).values("pk")
        )
        .select_related("task")
        .first()
    )
    if own is None:
        raise Http404(_("No such task."))
    return thread_with(access, own.task, own)


def message_thread(access: Access, message_id: int) -> tuple[Thread, Message]:
    """A message that `access` may see, in its thread. Raises Http404."""
    found = Message.objects.filter(pk=message_id, project=access.project).first()
    if found is not None:
        thread = channel(access) if found.task_id is None else task_thread(access, found.task_id)
        message = thread.rows().filter(pk=message_id).first()
        if message is not None:
            return thread, message
    raise Http404(_("No such message."))


def tasks(access: Access) -> QuerySet[Task]:
    return Task.objects.filter(project=access.project).exclude(state=Task.State.STAGED)


def thread_with(access: Access, task: Task, own: Assignment | None) -> Thread:
    staff = access.has(*STAFF)
    if own is not None and own.state in ENDED and access.has(Role.LABELER):
        return Thread(access, task, own)
    if own is not None and own.state == Assignment.State.LEASED:
        return Thread(access, task, own, whole=False)  # a reviewer too, who labels it
    if staff:
        return Thread(access, task, own)
    if own is not None and access.has(Role.LABELER):
        return Thread(access, task, own, whole=False)
    raise Http404(_("No such task."))


def author_named(message: Message, reader: User, *, hidden: bool) -> str:
    """`hidden`: labelers' names are, but one's own."""
    if hidden and not message.staff and message.author_id != reader.pk:
        return _("A labeler")
    return message.author.username
