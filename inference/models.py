"""The registry of models, what each one wrote, and the jobs that make them write."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Completion, Project, Prompt
from inference.jobs.models import DeviceLease, Job

__all__ = [
    "DeviceLease",
    "Generation",
    "Job",
    "ModelVersion",
    "ProjectBase",
    "SamplingItem",
    "SamplingJob",
    "SamplingModel",
]


class ModelVersion(models.Model):
    """A model in the registry: a folder of the storage, or a base found by name."""

    class Kind(models.TextChoices):
        BASE = "base", _("Base")
        SFT = "sft", _("SFT")
        REWARD = "reward", _("Reward model")
        POLICY = "policy", _("Policy")

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        SERVING = "serving", _("Serving")
        RETIRED = "retired", _("Retired")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.CANDIDATE)
    folder = models.CharField(
        max_length=255, help_text="Relative to the storage; for a base also a path or a hub's name."
    )
    made_by = models.CharField(  # noqa: DJ001  null, not "", so that bases do not collide
        max_length=80, unique=True, null=True, help_text="job kind:id, so a job publishes once."
    )
    trunk_hash = models.CharField(
        max_length=64, blank=True, help_text="Of the base an adapter fits."
    )
    template_hash = models.CharField(max_length=64, blank=True)
    metrics = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "inference_model_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="model_version_name_once"),
            models.CheckConstraint(
                name="model_version_kind_known",
                condition=models.Q(kind__in=["base", "sft", "reward", "policy"]),
            ),
            models.CheckConstraint(
                name="model_version_state_known",
                condition=models.Q(state__in=["candidate", "serving", "retired"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectBase(models.Model):
    """Which base a project trains from; without a row it is settings.BASE_MODEL."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="base")
    reference = models.CharField(max_length=255, help_text="A folder or a hub's name.")

    class Meta:
        db_table = "inference_project_base"

    def __str__(self) -> str:
        return self.reference


class SamplingJob(Job):
    """Draws K completions for each of its prompts and puts them into ranking tasks."""

    k = models.PositiveSmallIntegerField()
    priority = models.IntegerField(default=0)
    makes_tasks = models.BooleanField(default=True)

    class Meta(Job.Meta):
        db_table = "inference_sampling_job"

    def __str__(self) -> str:
        return f"sampling job {self.pk}"


class SamplingModel(models.Model):
    """A model that takes part in a job, with its share of the completions."""

    job = models.ForeignKey(SamplingJob, on_delete=models.CASCADE, related_name="models")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(default=1.0)
    temperature = models.FloatField(default=1.0)

    class Meta:
        db_table = "inference_sampling_model"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job", "model", "temperature"], name="sampling_model_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} x {self.weight}"


class SamplingItem(models.Model):
    """A prompt of a job. `task_made` turns true in the transaction that makes its task."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        TOO_FEW = "too_few", _("Fewer than four distinct answers")
        REFUSED = "refused", _("Refused for what it is, as a prompt that is too long")

    job = models.ForeignKey(SamplingJob, on_delete=models.CASCADE, related_name="items")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    reason = models.TextField(blank=True, help_text="Why it was refused, in words.")
    task = models.ForeignKey(
        "annotation.Task", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        db_table = "inference_sampling_item"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "prompt"], name="sampling_item_once"),
            models.CheckConstraint(
                name="sampling_item_state_known",
                condition=models.Q(state__in=["pending", "done", "too_few", "refused"]),
            ),
            models.CheckConstraint(
                name="sampling_item_refused_with_reason",
                condition=(models.Q(state="refused") & ~models.Q(reason=""))
                | (~models.Q(state="refused") & models.Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.prompt_id}"


class Generation(models.Model):
    """One sampled answer: which model said it, how, and how likely it was."""

    completion = models.ForeignKey(Completion, on_delete=models.CASCADE, related_name="generations")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="generations")
    job = models.ForeignKey(SamplingJob, on_delete=models.CASCADE, related_name="generations")
    index = models.PositiveSmallIntegerField(help_text="Which of the prompt's samples this is.")
    temperature = models.FloatField()
    top_p = models.FloatField(default=1.0)
    finish_reason = models.CharField(max_length=12)
    tokens = models.PositiveIntegerField()
    log_probability = models.FloatField(help_text="Sum over the answer's tokens, nats.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "inference_generation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "completion", "index"], name="generation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.completion}"
