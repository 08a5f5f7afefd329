"""Rounds, their stages, the runs that train, and the frozen data each run saw."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotation.models import Project, User
from inference.models import Job, ModelVersion, SamplingJob
from training.figures import contents_text


class Snapshot(models.Model):
    """Files frozen from the labels, which runs name. Never changed once written."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshots")
    folder = models.CharField(max_length=255, help_text="Relative to the storage.")
    sha256 = models.CharField(max_length=64, help_text="Of the manifest.")
    counts = models.JSONField(default=dict)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "training_snapshot"

    def __str__(self) -> str:
        return f"snapshot {self.pk}"

    @property
    def contents(self) -> str:
        return contents_text(self.counts)


class SnapshotItem(models.Model):
    """A label or prompt inside a snapshot: lineage, asked from either end."""

    class Kind(models.TextChoices):
        DEMONSTRATION = "demonstration", _("Demonstration")
        RANKING = "ranking", _("Ranking")
        PROMPT = "prompt", _("Prompt")

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=16, choices=Kind)
    object_id = models.BigIntegerField()

    class Meta:
        db_table = "training_snapshot_item"
        indexes: ClassVar = [
            models.Index(fields=["kind", "object_id"], name="snapshot_item_lineage")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["snapshot", "kind", "object_id"], name="snapshot_item_once"
            ),
            models.CheckConstraint(
                name="snapshot_item_kind_known",
                condition=models.Q(kind__in=["demonstration", "ranking", "prompt"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Round(models.Model):
    """One turn of the loop: SFT, sample, rank, reward model, PPO, sample."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    recipe = models.JSONField()
    seed = models.BigIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_round"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="round_number_once"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state="running"), name="round_running_once"
            ),
            models.CheckConstraint(
                name="round_state_known",
                condition=models.Q(state__in=["running", "succeeded", "failed", "cancelled"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.number}"

    @property
    def recipe_name(self) -> str:
        """Also of a recipe that can no longer be read."""
        return str(self.recipe.get("name", "")) if isinstance(self.recipe, dict) else ""


class Run(Job):
    """A learner's run."""

    class Stage(models.TextChoices):
        SFT = "sft", _("SFT")
        REWARD = "reward", _("Reward model")
        PPO = "ppo", _("PPO")

    stage = models.CharField(max_length=8, choices=Stage)

    class Meta(Job.Meta):
        db_table = "training_run"

    def __str__(self) -> str:
        return f"{self.stage} run {self.pk}"


class RunInput(models.Model):
    """What a run starts from, by the role it plays."""

    class Role(models.TextChoices):
        START = "start", _("Start")
        REFERENCE = "reference", _("Reference")
        REWARD = "reward", _("Reward")
        VALUE = "value", _("Value")
        DATA = "data", _("Data")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inputs")
    role = models.CharField(max_length=10, choices=Role)
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="runs")

    class Meta:
        db_table = "training_run_input"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "role"], name="run_input_role_once"),
            models.CheckConstraint(
                name="run_input_model_or_data",
                condition=models.Q(role="data", model=None, snapshot__isnull=False)
                | (~models.Q(role="data") & models.Q(model__isnull=False, snapshot=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.role


class RoundStage(models.Model):
    """One stage of a round, in order. A stage is a run, a sampling job, or people ranking."""

    class Name(models.TextChoices):
        SFT = "sft", _("SFT")
        SAMPLE = "sample", _("Sample")
        RANK = "rank", pgettext_lazy("stage of a round", "Rank")
        REWARD = "reward", _("Reward")
        PPO = "ppo", _("PPO")
        SAMPLE_POLICY = "sample_policy", _("Sample policy")

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")  # its predecessor has not ended
        RUNNING = "running", _("Running")  # its job is queued or runs, or people rank
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=14, choices=Name)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    run = models.OneToOneField(Run, on_delete=models.PROTECT, null=True, related_name="round_stage")
    sampling_job = models.OneToOneField(
        SamplingJob, on_delete=models.PROTECT, null=True, related_name="round_stage"
    )
    wanted = models.PositiveIntegerField(default=0, help_text="Rankings to wait for.")
    error_cause = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_round_stage"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "name"], name="round_stage_once"),
            models.CheckConstraint(
                name="round_stage_state_known",
                condition=models.Q(
                    state__in=["pending", "running", "succeeded", "failed", "cancelled"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.name}"


class Metric(models.Model):
    """A point of a curve. Replayed events meet the constraint and change nothing."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="points")
    name = models.CharField(max_length=60)
    step = models.PositiveIntegerField()
    value = models.FloatField()

    class Meta:
        db_table = "training_metric"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name", "step"], name="metric_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}@{self.step}={self.value}"


class RunEvent(models.Model):
    """What a run said: messages, samples, errors; numbered by the line of its event file."""

    class Type(models.TextChoices):
        MESSAGE = "message", _("Message")
        SAMPLE = "sample", _("Sample")
        ERROR = "error", _("Error")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    attempt = models.PositiveIntegerField()
    offset = models.BigIntegerField(help_text="Byte offset in the attempt's events.jsonl.")
    type = models.CharField(max_length=8, choices=Type)
    step = models.PositiveIntegerField(null=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "training_run_event"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "attempt", "offset"], name="run_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.run_id}"
