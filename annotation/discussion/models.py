"""What members say to each other: in the project's channel, and about a task."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.mail_models import Mail
from annotation.people.models import Membership, Project, User
from annotation.queue.models import Task


class Message(models.Model):
    """One message, in Markdown. Removed, it keeps its place and loses its text."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(
        Task,
        on_delete=models.CASCADE,
        null=True,
        related_name="discussion",
        help_text="Null: the project's channel.",
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    staff = models.BooleanField(
        default=False, help_text="Its author was a reviewer or an admin when it was written."
    )
    reply_to = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="replies"
    )
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "discussion_message"
        indexes: ClassVar = [
            models.Index(
                fields=["project", "id"],
                name="message_in_channel",
                condition=models.Q(task=None),
            ),
            models.Index(fields=["author", "created_at"], name="message_by_author"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_removed_by_somebody",
                condition=models.Q(deleted_at=None, deleted_by=None)
                | models.Q(deleted_at__isnull=False, deleted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="message_has_text_until_removed",
                condition=models.Q(deleted_at=None) & ~models.Q(text="")
                | models.Q(deleted_at__isnull=False, text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Mention(models.Model):
    """A message that is meant for a member: named in it by @, or answered by it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="mentions")
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(
        Mail,
        on_delete=models.SET_NULL,
        null=True,
        related_name="mentions",
        help_text="The e-mail that tells of it; each mention is told of once.",
    )

    class Meta:
        db_table = "discussion_mention"
        indexes: ClassVar = [
            models.Index(
                fields=["membership"], name="mention_unread", condition=models.Q(read_at=None)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "membership"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in message {self.message_id}"


class ReadMark(models.Model):
    """How far a member has read: the last message that a page has shown them."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="read_marks")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="+")
    last = models.PositiveBigIntegerField(help_text="Id of a message.")

    class Meta:
        db_table = "discussion_read_mark"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(task=None), name="read_mark_channel_once"
            ),
            models.UniqueConstraint(
                fields=["membership", "task"],
                condition=models.Q(task__isnull=False),
                name="read_mark_task_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} through {self.last}"


class Digest(models.Model):
    """When a member is told of mentions by e-mail; without a row, daily."""

    class Every(models.TextChoices):
        OFF = "off", _("Never")
        DAILY = "daily", _("Once a day")
        AT_ONCE = "at_once", _("At once")

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="digest")
    every = models.CharField(max_length=8, choices=Every, default=Every.DAILY)
    due_at = models.DateTimeField(null=True, help_text="Null: there is nothing to tell.")
    origin = models.CharField(
        max_length=255, blank=True, help_text="Where its links lead: https://host."
    )

    class Meta:
        db_table = "discussion_digest"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="digest_due", condition=models.Q(due_at__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="digest_every_known",
                condition=models.Q(every__in=["off", "daily", "at_once"]),
            ),
            models.CheckConstraint(
                name="digest_off_is_never_due",
                condition=~models.Q(every="off") | models.Q(due_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.every} for {self.membership_id}"
