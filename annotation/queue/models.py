"""Work to be given out, and the leases under which it is.

A task may be worked on by up to `overlap` people. A lease is a row, unique by task and labeler,
with an expiry that is judged when the next person claims: no timer has to run for the queue to be
right. The two counts on the task are what the claim query reads; they are written in the same
transaction as the leases they count.
"""

import uuid
from typing import ClassVar

from django.db import models

from annotation.people.models import Project, User
from annotation.prompts.models import Completion, ImportBatch, Prompt, VisibleQuerySet


class Task(models.Model):
    class Kind(models.TextChoices):
        DEMONSTRATION = "demonstration", "Demonstration"
        RANKING = "ranking", "Ranking"
        DIALOGUE = "dialogue", "Dialogue"

    class Purpose(models.TextChoices):
        TRAIN = "train", "Training"
        EVALUATION = "evaluation", "Evaluation"
        GOLD = "gold", "Gold"
        SCREENING = "screening", "Screening"
        PRACTICE = "practice", "Practice"

    class State(models.TextChoices):
        STAGED = "staged", "Staged"  # of an import that is not visible yet: nobody sees it
        OPEN = "open", "Open"  # may be claimed while submitted + leased < overlap
        DONE = "done", "Done"  # has its overlap of submissions; raising the overlap reopens it
        CLOSED = "closed", "Closed"  # withdrawn by an admin or a cancelled round

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=16, choices=Kind)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.TRAIN)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    prompt = models.ForeignKey(
        Prompt,
        on_delete=models.PROTECT,
        null=True,
        related_name="tasks",
        help_text="Only a dialogue may begin from nothing.",
    )
    completions = models.ManyToManyField(Completion, through="TaskCompletion", related_name="tasks")
    k = models.PositiveSmallIntegerField(default=0, help_text="Number of completions.")
    overlap = models.PositiveSmallIntegerField(default=1)
    overlap_own = models.BooleanField(
        default=False, help_text="Set for this task: the project's overlap does not reach it."
    )
    overlap_raised = models.PositiveSmallIntegerField(
        default=0, help_text="How often its labelers' disagreement raised the overlap by one."
    )
    priority = models.IntegerField(default=0, help_text="Higher is given out first.")
    submitted_count = models.PositiveIntegerField(default=0)
    leased_count = models.PositiveIntegerField(default=0)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, null=True, related_name="tasks"
    )
    import_key = models.CharField(
        max_length=64,
        blank=True,
        help_text="Hash of an imported record: the same one adds nothing.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleQuerySet["Task"].as_manager()

    class Meta:
        db_table = "queue_task"
        indexes: ClassVar = [
            models.Index(
                fields=["project", "-priority", "id"],
                name="task_claim_order",
                condition=models.Q(state="open"),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "import_key"],
                condition=~models.Q(import_key=""),
                name="task_import_once",
            ),
            models.CheckConstraint(
                name="task_kind_known",
                condition=models.Q(kind__in=["demonstration", "ranking", "dialogue"]),
            ),
            models.CheckConstraint(
                name="task_purpose_known",
                condition=models.Q(
                    purpose__in=["train", "evaluation", "gold", "screening", "practice"]
                ),
            ),
            models.CheckConstraint(
                name="task_state_known",
                condition=models.Q(state__in=["staged", "open", "done", "closed"]),
            ),
            models.CheckConstraint(
                name="task_training_ranking_k_4_to_9",
                condition=~models.Q(kind="ranking", purpose="train") | models.Q(k__gte=4, k__lte=9),
            ),
            models.CheckConstraint(
                name="task_prompt_unless_dialogue",
                condition=models.Q(kind="dialogue") | models.Q(prompt__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def messages(self) -> list[dict[str, str]]:
        """The prompt's; none for a dialogue that begins from nothing."""
        return list(self.prompt.messages) if self.prompt else []


class TaskCompletion(models.Model):
    """A completion's place in a task. `slot` is stable; what a labeler sees is shuffled anew."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="slots")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "queue_task_completion"
        ordering: ClassVar = ["slot"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "completion"], name="task_completion_once"),
            models.UniqueConstraint(fields=["task", "slot"], name="task_slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.slot}"


class Assignment(models.Model):
    """One labeler's hold on one task: the lease, the draft, and how it ended."""

    class State(models.TextChoices):
        LEASED = "leased", "Leased"  # counts in task.leased_count until it ends or expires
        SUBMITTED = "submitted", "Submitted"
        SKIPPED = "skipped", "Skipped"
        EXPIRED = "expired", "Expired"  # given back by time; a late submit is still accepted
        RELEASED = "released", "Released"  # given back by the labeler or an admin

    class SkipReason(models.TextChoices):
        UNCLEAR = "unclear", "The task is unclear"
        HARMFUL = "harmful", "Harmful to me"
        LANGUAGE = "language", "Not my language"
        EXPERTISE = "expertise", "Needs expertise I lack"
        BROKEN = "broken", "Broken"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=12, choices=State, default=State.LEASED)
    leased_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField(null=True)
    order = models.JSONField(default=list, help_text="Slots in the order shown.")
    order_seed = models.BigIntegerField(default=0)
    active_seconds = models.PositiveIntegerField(default=0)
    skip_reason = models.CharField(max_length=12, choices=SkipReason, blank=True)
    skip_note = models.TextField(blank=True)
    extra = models.BooleanField(default=False, help_text="Came late, past the task's overlap.")

    class Meta:
        db_table = "queue_assignment"
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="assignment_live_expiry",
                condition=models.Q(state="leased"),
            ),
            models.Index(fields=["labeler", "state"], name="assignment_by_labeler"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "labeler"], name="assignment_once"),
            models.CheckConstraint(
                name="assignment_state_known",
                condition=models.Q(
                    state__in=["leased", "submitted", "skipped", "expired", "released"]
                ),
            ),
            models.CheckConstraint(
                name="assignment_skip_has_reason",
                condition=~models.Q(state="skipped") | ~models.Q(skip_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
