"""Prompts that labelers write: what was written as which kind, and what is being written."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Project, User
from annotation.prompts.models import Prompt


class WritingKind(models.TextChoices):
    """InstructGPT's three kinds (arXiv 2203.02155, section 3.2), and attacks."""

    PLAIN = "plain", _("Plain")  # an arbitrary task
    FEW_SHOT = "few_shot", _("Few-shot")  # an instruction with pairs of query and response
    USER_BASED = "user_based", _("User-based")  # for something that users said they want to do
    RED_TEAM = "red_team", _("Attack")  # tries to make a model break the rules; of red teams


class Writing(models.Model):
    """What a labeler handed in at once: one prompt, or the several of a few-shot group."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="writings")
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=WritingKind)
    story = models.TextField(blank=True, help_text="What a user-based prompt was written for.")
    harm = models.TextField(blank=True, help_text="What an attack aimed at.")
    content = models.JSONField(
        default=dict, help_text="A few-shot group's instruction and pairs, as written."
    )
    active_seconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "writing_writing"
        indexes: ClassVar = [
            models.Index(fields=["project", "labeler", "created_at"], name="writing_by_labeler"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="writing_kind_known",
                condition=models.Q(kind__in=["plain", "few_shot", "user_based", "red_team"]),
            ),
            models.CheckConstraint(
                name="writing_story_of_user_based",
                condition=models.Q(kind="user_based") & ~models.Q(story="")
                | ~models.Q(kind="user_based") & models.Q(story=""),
            ),
            models.CheckConstraint(
                name="writing_harm_of_attacks",
                condition=models.Q(kind="red_team") & ~models.Q(harm="")
                | ~models.Q(kind="red_team") & models.Q(harm=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class WrittenPrompt(models.Model):
    """A prompt's place in what was handed in with it."""

    writing = models.ForeignKey(Writing, on_delete=models.CASCADE, related_name="prompts")
    prompt = models.OneToOneField(Prompt, on_delete=models.PROTECT, related_name="written")
    position = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "writing_prompt"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["writing", "position"], name="written_prompt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.writing_id}:{self.position}"


class WritingDraft(models.Model):
    """What a labeler has so far of a kind; gone when it is handed in."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    labeler = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=WritingKind)
    draft = models.JSONField(default=dict)
    active_seconds = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "writing_draft"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "labeler", "kind"], name="writing_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.labeler_id}"
