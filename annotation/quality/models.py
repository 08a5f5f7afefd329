"""The stored report of a project's quality, and from which figures on labelers are pointed out."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Project
from annotation.quality.thresholds import Thresholds


class QualityReport(models.Model):
    """One row a project. `figures` are of the last report that came to its end, whatever the state:
    pages show them while the next one is computed."""

    class State(models.TextChoices):
        IDLE = "idle", _("Up to date")  # nobody asked since the last one, or ever
        QUEUED = "queued", _("Queued")  # asked for; the next free worker takes it
        RUNNING = "running", _("Being computed")  # a worker beats for it; without one: anybody's
        FAILED = "failed", _("Failed")  # `error` says why; asking again tries again

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="quality_report")
    state = models.CharField(max_length=8, choices=State, default=State.IDLE)
    attempt = models.PositiveIntegerField(default=0, help_text="How often one was begun.")
    lost = models.PositiveSmallIntegerField(default=0, help_text="Workers lost since it was asked.")
    asked_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(
        null=True, help_text="When it was last looked whether there is anything new."
    )
    computed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="How long the last one took.")
    through = models.PositiveBigIntegerField(
        default=0, help_text="The last ranking that was there when the last one began."
    )
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "quality_report"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="quality_report_state_known",
                condition=models.Q(state__in=["idle", "queued", "running", "failed"]),
            ),
            models.CheckConstraint(
                name="quality_report_running_beats",
                condition=~models.Q(state="running") | models.Q(heartbeat_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.state}"


SHARE = [MinValueValidator(0.01), MaxValueValidator(1.0)]
USUAL = Thresholds()


class QualityThresholds(models.Model):
    """A project's own; without a row the usual ones hold."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="quality_thresholds"
    )
    least_rankings = models.PositiveIntegerField(
        _("Rankings of a labeler, before anything is said of them"),
        default=USUAL.least_rankings,
        validators=[MinValueValidator(1)],
    )
    careless_gap = models.FloatField(
        _("Careless: agreement below the median labeler's by"),
        default=USUAL.careless_gap,
        validators=SHARE,
    )
    position_tau = models.FloatField(
        _("Position bias: tau between place and rank"),
        default=USUAL.position_tau,
        validators=SHARE,
    )
    length_effect = models.FloatField(
        _("Length bias: share of pairs more than the median labeler"),
        default=USUAL.length_effect,
        validators=SHARE,
    )
    bias_z = models.FloatField(
        _("Either bias: standard deviations from none"),
        default=USUAL.bias_z,
        validators=[MinValueValidator(1.0), MaxValueValidator(100.0)],
    )
    hurried_share = models.FloatField(
        _("In a hurry: share of the median labeler's time"),
        default=USUAL.hurried_share,
        validators=SHARE,
    )
    outlier_z = models.FloatField(
        _("Durations: robust z of an outlier"),
        default=USUAL.outlier_z,
        validators=[MinValueValidator(1.0), MaxValueValidator(100.0)],
    )

    class Meta:
        db_table = "quality_thresholds"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="quality_thresholds_are_shares",
                condition=models.Q(
                    careless_gap__gt=0,
                    careless_gap__lte=1,
                    position_tau__gt=0,
                    position_tau__lte=1,
                    length_effect__gt=0,
                    length_effect__lte=1,
                    hurried_share__gt=0,
                    hurried_share__lte=1,
                ),
            ),
            models.CheckConstraint(
                name="quality_thresholds_are_deviations",
                condition=models.Q(least_rankings__gte=1, bias_z__gte=1, outlier_z__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}"
