"""A job: work done by a supervised process of its own. Training runs and sampling jobs are jobs.

The row is the truth; a message only says "look at this row". A worker takes a queued row by
compare-and-set, which raises `attempt`: everything the process of an earlier attempt still says or
writes carries the old number and counts for nothing. While the process lives, its supervisor beats
`heartbeat_at`; a row that stops beating is requeued by the periodic reconcile. Each such end adds
to `losses`, and MAX_LOSSES of them end the job; an attempt that its worker gave back is no loss.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Project, User

MAX_LOSSES = 3


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    ENDED: ClassVar = (State.SUCCEEDED, State.FAILED, State.CANCELLED)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="%(class)ss")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(
        default=0, help_text="Attempts that died without a word of their own."
    )
    config = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    phase = models.CharField(max_length=60, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error_cause = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)
    worker = models.CharField(max_length=120, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(class)s_state_known",
                condition=models.Q(
                    state__in=["queued", "running", "succeeded", "failed", "cancelled"]
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_failure_has_cause",
                condition=~models.Q(state="failed") | ~models.Q(error_cause=""),
            ),
        ]

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def attempt_folder(self) -> str:
        """Where this attempt, and only this one, writes. Relative to the storage."""
        return f"{self._meta.model_name}s/{self.pk}/attempt-{self.attempt}"


class DeviceLease(models.Model):
    """Who computes on a device now, so that learner, sampler and live engine never fight for it."""

    device = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=80, blank=True, help_text="job kind:id:attempt")
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inference_device_lease"

    def __str__(self) -> str:
        return f"{self.device}: {self.holder or 'free'}"
