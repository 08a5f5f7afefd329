"""What a project wants of its prompts, what was found in them, and jobs that go through them."""

import hashlib
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Project, User
from annotation.prompts.cleaning.pii import PiiKind
from annotation.prompts.models import Prompt

SCANNER = 1
"""The version of what a scan looks for: a new one reads every prompt again."""

# InstructGPT's prompts to its reward model, percent (arXiv 2203.02155, table 1).
INSTRUCTGPT_MIX = {
    "generation": 45.6,
    "open_qa": 12.4,
    "brainstorming": 11.2,
    "chat": 8.4,
    "rewrite": 6.6,
    "summarization": 4.2,
    "classification": 3.5,
    "other": 3.5,
    "closed_qa": 2.6,
    "extract": 1.9,
}


def instructgpt_mix() -> dict[str, float]:
    return dict(INSTRUCTGPT_MIX)


class PromptRules(models.Model):
    """A project's rules for its prompts; a project without a row has the defaults."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="prompt_rules")
    prefix_length = models.PositiveIntegerField(
        default=150,
        validators=[MaxValueValidator(10_000)],
        help_text="Characters: prompts that begin alike for so long are duplicates. 0: none are.",
    )
    near_percent = models.PositiveSmallIntegerField(
        default=80,
        validators=[MaxValueValidator(100)],
        help_text="Share of text in common from which prompts are near-duplicates. 0: none are.",
    )
    contributor_cap = models.PositiveIntegerField(
        default=200,
        validators=[MaxValueValidator(1_000_000)],
        help_text="Prompts of one contributor that are asked and trained on. 0: any number.",
    )
    pii_filter = models.BooleanField(
        default=True, help_text="Prompts with open findings of personal data never train."
    )
    phone_region = models.CharField(
        max_length=2,
        blank=True,
        default="US",
        help_text="Country whose telephone numbers are known without their +.",
    )
    languages = models.CharField(
        max_length=400, blank=True, help_text="Tags of the languages wanted; blank: any."
    )
    mix = models.JSONField(default=instructgpt_mix, help_text="Use case: percent wanted.")

    class Meta:
        db_table = "pool_rules"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="prompt_rules_near_is_a_share",
                condition=models.Q(near_percent=0) | models.Q(near_percent__range=(60, 100)),
            ),
        ]

    def __str__(self) -> str:
        return f"rules of {self.project_id}"

    @property
    def fingerprint(self) -> str:
        """Another one where a scan would find something else. The cap has its own counting."""
        said = (SCANNER, self.prefix_length, self.near_percent, self.phone_region, self.languages)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def languages_wanted(self) -> list[str]:
        return [tag for tag in self.languages.split(",") if tag]


class PromptSketch(models.Model):
    """What a scan keeps of a prompt, so that the next ones are compared without reading it."""

    prompt = models.OneToOneField(
        Prompt, on_delete=models.CASCADE, primary_key=True, related_name="sketch"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    prefix_key = models.CharField(max_length=64, blank=True)
    turns = models.PositiveSmallIntegerField()
    signature = models.BinaryField(help_text="MinHash, 128 numbers of 32 bits.")
    language = models.CharField(max_length=8, blank=True, help_text="As identified; blank: unsure.")

    class Meta:
        db_table = "pool_sketch"
        indexes: ClassVar = [
            models.Index(fields=["project", "prefix_key"], name="sketch_prefix"),
        ]

    def __str__(self) -> str:
        return f"sketch of prompt {self.prompt_id}"


class PromptFinding(models.Model):
    """Something to look at in a prompt, and what was decided."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate", _("Duplicate")
        NEAR_DUPLICATE = "near_duplicate", _("Near-duplicate")
        PII = "pii", _("Personal data")
        LANGUAGE = "language", _("Language")
        CAP = "cap", _("Over the cap")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        KEPT = "kept", _("Kept")  # it was looked at, and the prompt stays as it is
        REMOVED = "removed", _("Removed")  # the prompt was withdrawn
        REDACTED = "redacted", _("Redacted")  # a version without it took the prompt's place

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prompt_findings")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=16, choices=Kind)
    what = models.CharField(
        max_length=16, blank=True, help_text="Kind of personal data, or a language's tag."
    )
    message = models.PositiveSmallIntegerField(null=True, help_text="Index of the message.")
    start = models.PositiveIntegerField(null=True, help_text="First character of it.")
    end = models.PositiveIntegerField(null=True, help_text="The one behind the last.")
    other = models.ForeignKey(
        Prompt, on_delete=models.CASCADE, null=True, related_name="+", help_text="What it is like."
    )
    score = models.FloatField(null=True, help_text="How much is the same, 0 to 1.")
    key = models.CharField(max_length=64, help_text="The same finding has the same one.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "pool_finding"
        indexes: ClassVar = [
            models.Index(fields=["project", "state", "kind", "id"], name="finding_review"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prompt", "key"], name="finding_once"),
            models.CheckConstraint(
                name="finding_state_known",
                condition=models.Q(state__in=["open", "kept", "removed", "redacted"]),
            ),
            models.CheckConstraint(
                name="finding_kind_known",
                condition=models.Q(
                    kind__in=["duplicate", "near_duplicate", "pii", "language", "cap"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in prompt {self.prompt_id}"

    @property
    def share(self) -> int:
        """The score in percent, rounded down: 100 is the same text."""
        return int(100 * (self.score or 0))

    @property
    def what_named(self) -> str:
        return str(PiiKind(self.what).label) if self.kind == self.Kind.PII else self.what


class PromptJob(models.Model):
    """Work that goes through many prompts, chunk by chunk; a worker claims the row and beats."""

    class Kind(models.TextChoices):
        SCAN = "scan", _("Scan")
        EDIT = "edit", _("Edit")
        COPY = "copy", _("Copy")  # from another project; into this one, which is new

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prompt_jobs")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    spec = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    cursor = models.BigIntegerField(default=0, help_text="Id of the last prompt that is done.")
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "pool_job"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="prompt_job_state_known",
                condition=models.Q(state__in=["queued", "running", "succeeded", "failed"]),
            ),
            models.CheckConstraint(
                name="prompt_job_kind_known", condition=models.Q(kind__in=["scan", "edit", "copy"])
            ),
            models.UniqueConstraint(
                fields=["project"],
                name="prompt_scan_one_open",
                condition=models.Q(kind="scan", state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def ended(self) -> bool:
        return self.state in (self.State.SUCCEEDED, self.State.FAILED)

    def counted(self) -> dict[str, Any]:
        """Findings made, by kind."""
        return dict(self.report.get("findings", {}))


class IntakeNotice(models.Model):
    """What people are told before they send prompts; a change is a new version."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="intake_notices")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "pool_intake_notice"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "version"], name="intake_notice_once"),
        ]

    def __str__(self) -> str:
        return f"notice {self.version} of {self.project_id}"


class IntakeKey(models.Model):
    """A key with which a site sends its users' prompts. Only its hash is kept."""

    class Contributor(models.TextChoices):
        USER = "user", _("The user, whom each prompt names")
        ORGANISATION = "organisation", _("The organisation, whom each prompt names")
        KEY = "key", _("Whoever holds the key")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="intake_keys")
    name = models.CharField(max_length=80)
    hash = models.CharField(max_length=64, unique=True)
    beginning = models.CharField(max_length=12, help_text="By which people know it again.")
    contributor = models.CharField(max_length=12, choices=Contributor, default=Contributor.USER)
    daily_cap = models.PositiveIntegerField(
        default=1_000, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    taken_on = models.DateField(null=True, help_text="The day that `taken` counts.")
    taken = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "pool_intake_key"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="intake_contributor_known",
                condition=models.Q(contributor__in=["user", "organisation", "key"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
