"""Work to be given out, and the leases under which it is.

A task may be worked on by up to `overlap` people. A lease is a row, unique by task and labeler,
with an expiry that is judged when the next person claims: no timer has to run for the queue to be
right. The two counts on the task are what the claim query reads; they are written in the same
transaction as the leases they count.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Membership, Project, User
from annotation.prompts.marks import Marks
from annotation.prompts.models import Completion, ImportBatch, Prompt, VisibleQuerySet

# The overlap of gold: everybody is given it, once each.
EVERYBODY = 32_767


class Task(models.Model):
    class Kind(models.TextChoices):
        DEMONSTRATION = "demonstration", _("Demonstration")
        RANKING = "ranking", _("Ranking")
        DIALOGUE = "dialogue", _("Dialogue")

    class Purpose(models.TextChoices):
        TRAIN = "train", _("Training")
        EVALUATION = "evaluation", _("Evaluation")
        GOLD = "gold", _("Gold")
        SCREENING = "screening", _("Screening")
        PRACTICE = "practice", _("Practice")

    class State(models.TextChoices):
        STAGED = "staged", _("Staged")  # of an import that is not visible yet: nobody sees it
        OPEN = "open", _("Open")  # may be claimed while submitted + leased < overlap
        DONE = "done", _("Done")  # has its overlap of submissions; raising the overlap reopens it
        CLOSED = "closed", _("Closed")  # withdrawn by an admin or a cancelled round

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=16, choices=Kind)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.TRAIN)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    route = models.ForeignKey("Route", on_delete=models.RESTRICT, related_name="tasks")
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
    decided_at = models.DateTimeField(
        null=True, help_text="Since when a reviewer's own word is the task's."
    )
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
            # One for each order in which a project may give its tasks out (see queue/routes.py).
            models.Index(
                fields=["route", "-priority", "id"],
                name="task_claim_depth",
                condition=models.Q(state="open"),
            ),
            models.Index(
                F("route"),
                F("priority").desc(),
                F("submitted_count") + F("leased_count"),
                F("id"),
                name="task_claim_breadth",
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
                name="task_gold_is_for_everybody",
                condition=~models.Q(purpose="gold") | models.Q(overlap=EVERYBODY),
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

    @property
    def language(self) -> str:
        """The primary tag of the prompt's language; empty where it is not known."""
        return self.prompt.language if self.prompt else ""

    @property
    def sensitive(self) -> list[str]:
        """What the content is marked as, in the project's words; empty where it is not."""
        return self.project.sensitive_named(self.route.categories)


def tags_split(text: str) -> list[str]:
    return text.split(",") if text else []


class Route(models.Model):
    """Whom a task may be given to. All tasks of a project that ask the same share a route.

    Kind and purpose are part of it: a claim compares a labeler with the project's few routes, and
    then walks the open tasks of one route along an index, whatever else the queue holds.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="routes")
    kind = models.CharField(max_length=16, choices=Task.Kind)
    purpose = models.CharField(max_length=12, choices=Task.Purpose)
    language = models.CharField(max_length=8, blank=True, help_text="Empty: any.")
    skills = models.CharField(max_length=400, blank=True, help_text="Sorted, between commas.")
    sensitive = models.CharField(max_length=400, blank=True, help_text="Sorted, between commas.")

    class Meta:
        db_table = "queue_route"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "kind", "purpose", "language", "skills", "sensitive"],
                name="route_once",
            ),
        ]

    def __str__(self) -> str:
        asked = (self.kind, self.purpose, self.language, self.skills, self.sensitive)
        return " ".join(part for part in asked if part)

    @property
    def tags(self) -> list[str]:
        """The skills that it asks for."""
        return tags_split(self.skills)

    @property
    def categories(self) -> list[str]:
        """The keys of what the content is marked as."""
        return tags_split(self.sensitive)

    @property
    def marks(self) -> Marks:
        return Marks(self.language, tuple(self.tags), tuple(self.categories))

    def admits(self, member: Membership | None) -> bool:
        """Whether the tasks may be given to `member`; a site admin, who is none, is given all."""
        if member is None:
            return True
        return (
            not (member.heldout and self.purpose == Task.Purpose.TRAIN)
            and self.language in ("", *member.languages)
            and set(self.tags) <= set(member.skills)
            and not set(self.categories) & set(member.declined)
        )


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
        LEASED = "leased", _("Leased")  # counts in task.leased_count until it ends or expires
        SUBMITTED = "submitted", _("Submitted")
        SKIPPED = "skipped", _("Skipped")
        EXPIRED = "expired", _("Expired")  # given back by time; a late submit is still accepted
        RELEASED = "released", _("Released")  # given back by the labeler or an admin

    # Under its lock: whether what its labeler says may train (leases.assignment_lock).
    eligible: bool

    class SkipReason(models.TextChoices):
        UNCLEAR = "unclear", _("The task is unclear")
        HARMFUL = "harmful", _("Harmful to me")
        LANGUAGE = "language", _("Not my language")
        EXPERTISE = "expertise", _("Needs expertise I lack")
        BROKEN = "broken", _("Broken")

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
            models.Index(fields=["labeler", "state", "ended_at"], name="assignment_by_labeler_end"),
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
