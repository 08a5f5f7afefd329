"""What reviewers make of what labelers handed in, and which tasks they are shown first.

A verdict is about one revision of one submission. A decision is about a task: the reviewer's own
ranking or demonstration, which is what the task teaches from then on. Neither is ever deleted:
what is taken back says when. Both leave their mark on the feedback itself (`Reviewed`), which is
all that training reads.
"""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.feedback.models import Demonstration, Ranking
from annotation.people.models import Project, User
from annotation.queue.models import Assignment, Task


def default_flags() -> list[str]:
    """The flags of InstructGPT's rubric that speak of harm."""
    return ["sexual", "violent", "encourages", "denigrates", "harmful"]


class Review(models.Model):
    """A verdict on one revision. A later one on the same revision takes its place."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")  # with a comment; its labeler answers

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField(help_text="The one that was looked at.")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict)
    comment = models.TextField(blank=True)
    reply = models.TextField(
        blank=True, help_text="What the labeler says who leaves the submission as it is."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, help_text="By a new revision, or a reply.")
    withdrawn_at = models.DateTimeField(null=True, help_text="Another verdict took its place.")

    class Meta:
        db_table = "review_review"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment", "revision"],
                condition=models.Q(withdrawn_at=None),
                name="review_once",
            ),
            models.CheckConstraint(
                name="review_verdict_known",
                condition=models.Q(verdict__in=["accepted", "returned"]),
            ),
            models.CheckConstraint(
                name="review_returned_says_why",
                condition=~models.Q(verdict="returned") | ~models.Q(comment=""),
            ),
            models.CheckConstraint(
                name="review_only_returned_is_answered",
                condition=models.Q(verdict="returned") | models.Q(answered_at=None, reply=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} revision {self.revision} of {self.assignment_id}"


class Decision(models.Model):
    """A reviewer's own word on a task: one of `ranking` and `demonstration`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="decisions")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ranking = models.OneToOneField(
        Ranking, on_delete=models.PROTECT, null=True, related_name="decision"
    )
    demonstration = models.OneToOneField(
        Demonstration, on_delete=models.PROTECT, null=True, related_name="decision"
    )
    closed = models.BooleanField(
        default=False, help_text="It ended an open task: undone, that is open again."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "review_decision"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(undone_at=None), name="decision_once"
            ),
            models.CheckConstraint(
                name="decision_is_one_word",
                condition=models.Q(ranking=None) ^ models.Q(demonstration=None),
            ),
            models.CheckConstraint(
                name="decision_undone_by_somebody",
                condition=models.Q(undone_at=None) ^ models.Q(undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"decision of task {self.task_id}"


class ReviewItem(models.Model):
    """A task in the reviewers' queue, with why it is where it is.

    Verdicts keep `state` in their own transaction; the reasons a worker finds (`watching`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("To review")  # somebody's submission has no verdict yet
        RETURNED = "returned", _("Returned")  # the rest has; a labeler is to answer
        ACCEPTED = "accepted", _("Accepted")  # all have, and all are accepted
        DECIDED = "decided", _("Decided")  # a reviewer's own word counts

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="review_item")
    kind = models.CharField(max_length=16, choices=Task.Kind)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    submissions = models.PositiveSmallIntegerField(default=0)
    unreviewed = models.PositiveSmallIntegerField(default=0)
    agreement = models.FloatField(null=True, help_text="Of pairs; null where one ranked alone.")
    answered = models.BooleanField(default=False)
    disagree = models.BooleanField(default=False)
    flagged = models.BooleanField(default=False)
    gold = models.BooleanField(default=False)
    outlier = models.BooleanField(default=False)
    asked = models.BooleanField(default=False, help_text="The project asks that it be reviewed.")
    priority = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "review_item"
        indexes: ClassVar = [
            models.Index(fields=["project", "state", "-priority", "task"], name="review_item_worst")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="review_item_state_known",
                condition=models.Q(state__in=["waiting", "returned", "accepted", "decided"]),
            ),
            models.CheckConstraint(
                name="review_item_waits_for_verdicts",
                condition=~models.Q(state="waiting") | models.Q(unreviewed__gte=1),
            ),
            models.CheckConstraint(
                name="review_item_agreement_is_a_share",
                condition=models.Q(agreement=None) | models.Q(agreement__gte=0, agreement__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: task {self.task_id}"


class ReviewWatch(models.Model):
    """How far a worker has looked through a project's submissions for the reviewers' queue."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="review_watch")
    rankings = models.PositiveBigIntegerField(default=0, help_text="The last one looked at.")
    demonstrations = models.PositiveBigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, help_text="When the last look began.")
    beat_at = models.DateTimeField(null=True, help_text="When a worker was last called, or at it.")

    class Meta:
        db_table = "review_watch"

    def __str__(self) -> str:
        return f"{self.project}: through {self.rankings}, {self.demonstrations}"


class ReviewRules(models.Model):
    """What a project asks of its reviewers."""

    class Asked(models.TextChoices):
        NOTHING = "nothing", _("Nothing: reviewers look at what they choose")
        DOUBTFUL = "doubtful", _("What has a reason to be looked at")
        SHARE = "share", _("That, and a share of everything else")

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="review_rules")
    asked = models.CharField(max_length=12, choices=Asked, default=Asked.NOTHING)
    share = models.PositiveSmallIntegerField(
        default=10, validators=[MaxValueValidator(100)], help_text="Percent of the tasks."
    )
    needed = models.BooleanField(
        default=False, help_text="What is to be reviewed trains only once it is accepted."
    )
    names_hidden = models.BooleanField(
        default=False, help_text="Reviewers are not told who said what."
    )
    agreement_below = models.PositiveSmallIntegerField(
        default=60,
        validators=[MaxValueValidator(100)],
        help_text="Percent of pairs: with less a task's labelers disagree. 0: never.",
    )
    flags = models.JSONField(
        default=default_flags, blank=True, help_text="Keys of flags that ask for a look."
    )

    class Meta:
        db_table = "review_rules"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="review_rules_asked_known",
                condition=models.Q(asked__in=["nothing", "doubtful", "share"]),
            ),
            models.CheckConstraint(
                name="review_rules_are_percentages",
                condition=models.Q(share__lte=100, agreement_below__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked} {self.share}"
