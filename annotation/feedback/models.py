"""What people say: demonstrations, and rankings with a judgment per completion.

Both are immutable revisions: an edit is a new row that replaces the old one (`is_current` moves).
`trains` is frozen on submission from the task's purpose and the labeler's eligibility, so that what
was held out once can never become training data later. `review` says what a reviewer made of
it since: what is returned, or overruled by a reviewer's own word, does not train while it is so.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Project, RankingAim, User
from annotation.prompts.models import Completion, ImportBatch, Prompt, VisibleQuerySet
from annotation.queue.models import Assignment, Task


class Source(models.TextChoices):
    PERSON = "person", _("Person")
    IMPORT = "import", _("Import")
    AI = "ai", _("AI judge")
    REVIEW = "review", _("Reviewer")  # the word that decides a task


class Reviewed(models.TextChoices):
    """What a review made of a row."""

    NOT = "", _("Not reviewed")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")  # does not train before its labeler has answered
    OVERRULED = "overruled", _("Overruled")  # a reviewer's word decides the task: does not train
    DECIDED = "decided", _("Decides its task")  # that word


STANDING = (Reviewed.NOT, Reviewed.ACCEPTED, Reviewed.DECIDED)
"""Reviewed so, a row that may train does train."""


class Feedback(models.Model):
    """What a demonstration and a ranking share."""

    # Of what a hand-in returns: it had come before, and what was sent this time was not taken.
    came_before = False

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="%(class)ss")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="%(class)ss")
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, related_name="%(class)ss"
    )
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=8, choices=Source, default=Source.PERSON)
    trains = models.BooleanField()
    review = models.CharField(max_length=12, choices=Reviewed, default=Reviewed.NOT, blank=True)
    revision = models.PositiveIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    is_current = models.BooleanField(default=True)
    instructions_version = models.PositiveIntegerField(default=0)
    rubric_version = models.PositiveIntegerField(default=0)
    annotations = models.JSONField(
        default=list, help_text="What was said of the prompt: keys of the rubric's annotations."
    )
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, null=True, related_name="+")
    line = models.PositiveIntegerField(null=True)
    author = models.CharField(
        max_length=120, blank=True, help_text="As the imported file names it."
    )
    import_key = models.CharField(
        max_length=64,
        blank=True,
        help_text="Hash of an imported record: the same one adds nothing.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Suggestion(models.Model):
    """A text that a labeler was given to start a demonstration from, when they asked for one."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="suggestions")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="suggestions")
    number = models.PositiveSmallIntegerField(help_text="Counts the assignment's, from 1.")
    origin = models.CharField(max_length=120, blank=True, help_text="What wrote it, if known.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "feedback_suggestion"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "completion"], name="suggestion_once"),
            models.UniqueConstraint(fields=["assignment", "number"], name="suggestion_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. of assignment {self.assignment_id}"


class Demonstration(Feedback):
    text = models.TextField()
    suggestion = models.ForeignKey(
        Suggestion,
        on_delete=models.PROTECT,
        null=True,
        related_name="demonstrations",
        help_text="What it began from; null where its labeler wrote it from nothing.",
    )
    kept = models.FloatField(
        null=True, help_text="Share of the words that the suggestion has in the same order."
    )

    objects = VisibleQuerySet["Demonstration"].as_manager()

    class Meta:
        db_table = "feedback_demonstration"
        indexes: ClassVar = [
            models.Index(
                fields=["labeler", "project"],
                name="demonstration_returned",
                condition=models.Q(review="returned"),
            ),
        ]
        constraints: ClassVar = [
            # A dialogue's assignment has one for each turn, all with prompts of their own.
            models.UniqueConstraint(
                fields=["assignment", "prompt"],
                condition=models.Q(is_current=True),
                name="demonstration_current_once",
            ),
            # A line may demonstrate one prompt several ways, as Self-Instruct's instances do.
            models.UniqueConstraint(
                fields=["batch", "line", "prompt", "import_key"], name="demonstration_line_once"
            ),
            models.UniqueConstraint(
                fields=["project", "import_key"],
                condition=~models.Q(import_key=""),
                name="demonstration_import_once",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(is_current=True, source="review"),
                name="demonstration_decides_once",
            ),
            models.CheckConstraint(
                name="demonstration_review_known",
                condition=models.Q(review__in=["", "accepted", "returned", "overruled", "decided"]),
            ),
            models.CheckConstraint(
                name="demonstration_decides_from_review",
                condition=models.Q(source="review", review="decided")
                | ~models.Q(source="review") & ~models.Q(review="decided"),
            ),
            models.CheckConstraint(
                name="demonstration_kept_of_suggestion",
                condition=models.Q(suggestion=None, kept=None)
                | models.Q(suggestion__isnull=False, kept__isnull=False, kept__gte=0, kept__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Ranking(Feedback):
    class Outcome(models.TextChoices):
        RANKED = "ranked", _("Ranked")
        NONE_ACCEPTABLE = "none_acceptable", _("None acceptable")  # kept out of the reward pairs

    class Strength(models.IntegerChoices):
        """How much better the best is than the next (Llama 2, section 3.2.1)."""

        NEGLIGIBLE = 0, _("Negligibly better")
        SLIGHT = 1, _("Slightly better")
        BETTER = 2, _("Better")
        SIGNIFICANT = 3, _("Significantly better")

    outcome = models.CharField(max_length=16, choices=Outcome)
    strength = models.PositiveSmallIntegerField(choices=Strength, null=True)
    aim = models.CharField(
        max_length=8,
        choices=RankingAim,
        default=RankingAim.BEST,
        help_text="What rank 1 was where it was given; the ranks stored begin with the best.",
    )
    note = models.TextField(blank=True)

    objects = VisibleQuerySet["Ranking"].as_manager()

    class Meta:
        db_table = "feedback_ranking"
        indexes: ClassVar = [
            models.Index(
                fields=["labeler", "project"],
                name="ranking_returned",
                condition=models.Q(review="returned"),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment", "prompt"],
                condition=models.Q(is_current=True),
                name="ranking_current_once",
            ),
            models.UniqueConstraint(fields=["batch", "line", "prompt"], name="ranking_line_once"),
            models.UniqueConstraint(
                fields=["project", "import_key"],
                condition=~models.Q(import_key=""),
                name="ranking_import_once",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(is_current=True, source="review"),
                name="ranking_decides_once",
            ),
            models.CheckConstraint(
                name="ranking_review_known",
                condition=models.Q(review__in=["", "accepted", "returned", "overruled", "decided"]),
            ),
            models.CheckConstraint(
                name="ranking_decides_from_review",
                condition=models.Q(source="review", review="decided")
                | ~models.Q(source="review") & ~models.Q(review="decided"),
            ),
            models.CheckConstraint(
                name="ranking_aim_known", condition=models.Q(aim__in=["best", "worst"])
            ),
            models.CheckConstraint(
                name="ranking_outcome_known",
                condition=models.Q(outcome__in=["ranked", "none_acceptable"]),
            ),
            models.CheckConstraint(
                name="ranking_strength_known",
                condition=models.Q(strength=None) | models.Q(strength__lte=3),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"


class Judgment(models.Model):
    """One completion's place in a ranking: 1 is best, equal ranks tie, ranks are dense."""

    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="judgments")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="judgments")
    rank = models.PositiveSmallIntegerField(null=True, help_text="Null when none was acceptable.")
    likert = models.PositiveSmallIntegerField(null=True)
    severity = models.PositiveSmallIntegerField(
        null=True, help_text="How badly it breaks the rules, 0 to 4, where that is asked."
    )
    flags = models.JSONField(default=list)

    class Meta:
        db_table = "feedback_judgment"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ranking", "completion"], name="judgment_once"),
            models.CheckConstraint(
                name="judgment_rank_positive",
                condition=models.Q(rank=None) | models.Q(rank__gte=1),
            ),
            models.CheckConstraint(
                name="judgment_severity_0_to_4",
                condition=models.Q(severity=None) | models.Q(severity__gte=0, severity__lte=4),
            ),
            models.CheckConstraint(
                name="judgment_likert_1_to_7",
                condition=models.Q(likert=None) | models.Q(likert__gte=1, likert__lte=7),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.completion_id}: {self.rank}"
