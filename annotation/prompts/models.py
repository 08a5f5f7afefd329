"""What is asked and what was answered. Both are immutable: a change is a new row."""

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Project, User


class ImportBatch(models.Model):
    """Records staged in short chunks; they become visible when the state flips to VISIBLE."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")  # uploaded, not yet started
        STAGING = "staging", _("Staging")  # rows are being written, nobody sees them
        VISIBLE = "visible", _("Visible")  # done; its records are part of the project
        FAILED = "failed", _("Failed")  # bad lines or an error; the report says which
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        AUTO = "auto", _("Whatever the lines hold")
        PROMPTS = "prompts", _("Prompts only")
        DEMONSTRATIONS = "demonstrations", _("Demonstrations")
        COMPLETIONS = "completions", _("Completions to rank")
        PREFERENCES = "preferences", _("Rankings and preferences")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="import_batches")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.AUTO)
    state = models.CharField(max_length=12, choices=State, default=State.PREVIEW)
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=255, blank=True, help_text="Relative to the storage.")
    sha256 = models.CharField(max_length=64, blank=True)
    licence = models.CharField(
        max_length=120, blank=True, help_text="Under which its records may be used."
    )
    notes = models.TextField(blank=True, help_text="Where they come from, who consented to what.")
    good_lines_only = models.BooleanField(default=False)
    lines_done = models.PositiveIntegerField(default=0)
    lines_total = models.PositiveIntegerField(null=True)
    report = models.JSONField(default=dict)
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "prompts_import_batch"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="import_batch_state_known",
                condition=models.Q(
                    state__in=["preview", "staging", "visible", "failed", "cancelled"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.filename


M = TypeVar("M", bound=models.Model, covariant=True)


class VisibleQuerySet(models.QuerySet[M]):
    def visible(self) -> Self:
        """Rows that came with no import, or with one that has become visible."""
        return self.filter(models.Q(batch=None) | models.Q(batch__state=ImportBatch.State.VISIBLE))


class PromptQuerySet(VisibleQuerySet["Prompt"]):
    def in_use(self) -> Self:
        """Visible, and neither waiting to be looked at nor withdrawn."""
        return self.visible().filter(state=Prompt.State.ACTIVE)

    def askable(self) -> Self:
        """Those that models and labelers may be asked: in use, within their contributor's cap."""
        return self.in_use().filter(over_cap=False)


class UseCase(models.TextChoices):
    """InstructGPT's taxonomy (arXiv 2203.02155, table 1)."""

    GENERATION = "generation", _("Generation")
    OPEN_QA = "open_qa", _("Open QA")
    BRAINSTORMING = "brainstorming", _("Brainstorming")
    CHAT = "chat", _("Chat")
    REWRITE = "rewrite", _("Rewrite")
    SUMMARIZATION = "summarization", _("Summarization")
    CLASSIFICATION = "classification", _("Classification")
    OTHER = "other", _("Other")
    CLOSED_QA = "closed_qa", _("Closed QA")
    EXTRACT = "extract", _("Extract")


class Prompt(models.Model):
    """A conversation up to the answer that is wanted; single- and multi-turn alike.

    `messages` is a list of {"role": system|user|assistant, "content": text} that ends with a
    user's turn. The split is drawn by contributor and fixed, so that a person's prompts never
    stand on both sides of a validation.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("In use")
        UNREVIEWED = "unreviewed", _("Not looked at yet")  # from outside: waits for its scan
        WITHDRAWN = "withdrawn", _("Withdrawn")  # asked of nobody, in no snapshot; kept for good

    class Split(models.TextChoices):
        TRAIN = "train", _("Train")
        VALID = "valid", _("Validation")
        TEST = "test", _("Test")

    class Source(models.TextChoices):
        IMPORT = "import", _("Import")
        LABELER = "labeler", _("Labeler")
        CUSTOMER = "customer", _("Customer")
        GENERATED = "generated", _("Generated")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prompts")
    messages = models.JSONField()
    content_hash = models.CharField(max_length=64)
    use_case = models.CharField(max_length=16, choices=UseCase, default=UseCase.OTHER)
    source = models.CharField(max_length=12, choices=Source, default=Source.IMPORT)
    contributor = models.CharField(max_length=120, blank=True)
    split = models.CharField(max_length=8, choices=Split, default=Split.TRAIN)
    language = models.CharField(
        max_length=8, blank=True, help_text="Primary language tag that its labelers have."
    )
    skills = models.JSONField(
        default=list, blank=True, help_text="Tags that its labelers have, all of them."
    )
    sensitive = models.JSONField(
        default=list, blank=True, help_text="Keys of the content's sensitive categories."
    )
    licence = models.CharField(
        max_length=120, blank=True, help_text="Its own; blank: as its import's."
    )
    consent = models.CharField(
        max_length=400, blank=True, help_text="What its contributor agreed to, and how."
    )
    notice_version = models.PositiveIntegerField(
        null=True, help_text="Of the intake's notice that its contributor accepted."
    )
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    private = models.BooleanField(
        default=False, help_text="Has a finding of personal data that is still open."
    )
    over_cap = models.BooleanField(
        default=False, help_text="Its contributor gave as many before it as a project takes."
    )
    scanned = models.CharField(
        max_length=16, blank=True, help_text="Fingerprint of the rules it was scanned by."
    )
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, null=True, related_name="prompts"
    )
    line = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        db_table = "prompts_prompt"
        indexes: ClassVar = [
            models.Index(
                fields=["project", "id"], name="prompt_unscanned", condition=models.Q(scanned="")
            ),
            models.Index(fields=["project", "contributor", "id"], name="prompt_by_contributor"),
            models.Index(fields=["project", "source", "id"], name="prompt_by_source"),
            models.Index(
                fields=["project", "language", "skills", "sensitive", "id"], name="prompt_by_marks"
            ),
            # All that the mix page counts.
            models.Index(
                fields=["project", "state", "use_case", "source", "split"], name="prompt_mix"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="prompt_state_known",
                condition=models.Q(state__in=["active", "unreviewed", "withdrawn"]),
            ),
            models.UniqueConstraint(fields=["project", "content_hash"], name="prompt_once"),
            models.CheckConstraint(
                name="prompt_split_known", condition=models.Q(split__in=["train", "valid", "test"])
            ),
        ]

    def __str__(self) -> str:
        return str(self.messages[-1]["content"])[:60]


class Completion(models.Model):
    """An answer to a prompt. Equal texts are one completion, whatever made them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="completions")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="completions")
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "prompts_completion"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prompt", "text_hash"], name="completion_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class CompletionOrigin(models.Model):
    """Where an imported completion came from; a text may have several origins."""

    completion = models.ForeignKey(Completion, on_delete=models.CASCADE, related_name="origins")
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    author = models.CharField(max_length=120, blank=True, help_text="As the file names it.")

    class Meta:
        db_table = "prompts_completion_origin"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["completion", "batch", "line", "author"], name="completion_origin_once"
            ),
        ]

    def __str__(self) -> str:
        return self.author
