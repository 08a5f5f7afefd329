"""What goes out by e-mail: a row each, so that nothing is lost while the mail server is away."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotation.people.invitation_models import Invitation


class Mail(models.Model):
    """One e-mail to be sent. Its text, and any secret in it, is made when it is sent: none is kept.

    A worker claims the row (queued to sending) and says how it went. What failed for a reason that
    may pass is queued again for later; a worker that died leaves "sending", which is queued again.
    """

    class Kind(models.TextChoices):
        PASSWORD_RESET = "password_reset", _("Password reset")
        INVITATION = "invitation", _("Invitation")
        DECISION = "decision", _("Decision about a candidate")
        DIGEST = "digest", _("Mentions")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")  # from due_at on
        SENDING = "sending", _("Being sent")  # a worker has it since claimed_at
        SENT = "sent", _("Sent")  # the mail server took it
        FAILED = "failed", _("Not sent")  # given up; the reason says why
        DROPPED = "dropped", _("Not needed any more")  # what it was about is over

    kind = models.CharField(max_length=16, choices=Kind)
    address = models.EmailField()
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, null=True, related_name="mails"
    )
    origin = models.CharField(max_length=255, help_text="Where its links lead: https://host.")
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    reason = models.TextField(blank=True, help_text="Of the last try that failed; English.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "people_mail"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="mail_waiting",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["kind", "created_at"], name="mail_by_kind"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="mail_kind_known",
                condition=models.Q(
                    kind__in=["password_reset", "decision", "digest"], invitation=None
                )
                | models.Q(kind="invitation", invitation__isnull=False),
            ),
            models.CheckConstraint(
                name="mail_state_known",
                condition=models.Q(state__in=["queued", "sending", "sent", "failed", "dropped"]),
            ),
            models.CheckConstraint(
                name="mail_sent_when",
                condition=models.Q(state="sent", sent_at__isnull=False)
                | ~models.Q(state="sent") & models.Q(sent_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"
