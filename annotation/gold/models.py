"""What is known to be right: gold rankings, how labelers did on them, and what followed."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Membership, Project, User
from annotation.queue.models import Assignment, Task


class Gold(models.Model):
    """The right ranking of a task's answers, and their right flags where those are known too.

    Retired, it is given to nobody anew; the grades that it gave stay.
    """

    class Kind(models.TextChoices):
        GOLD = "gold", _("Gold ranking")  # careful people agree on it, more or less
        ATTENTION = "attention", _("Attention check")  # whoever reads the answers gets it right

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="golds")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="gold")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.GOLD)
    ranks = models.JSONField(help_text="Of each slot's completion: 1 is best, equal ranks tie.")
    flags = models.JSONField(
        null=True, help_text="Keys that hold, a list for each slot; null: flags are not graded."
    )
    explanation = models.TextField(
        blank=True, help_text="Why so; shown after practice, and to reviewers. Markdown."
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "gold_gold"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="gold_kind_known", condition=models.Q(kind__in=["gold", "attention"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of task {self.task_id}"


class Grade(models.Model):
    """How a first submission compares with the gold; a later revision is not graded.

    `agreement` is of pairs, a tie by one of the two counted half; `tau` is Kendall's tau-b.
    """

    gold = models.ForeignKey(Gold, on_delete=models.CASCADE, related_name="grades")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    labeler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="grade")
    agreement = models.FloatField()
    tau = models.FloatField(null=True, help_text="Null where all are tied by one of the two.")
    flags_agreement = models.FloatField(
        null=True, help_text="Share of the flags on answers that both set, or leave, alike."
    )
    judged = models.BooleanField(
        default=False, help_text="Whether what follows from it has been looked at."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "gold_grade"
        indexes: ClassVar = [
            models.Index(fields=["id"], name="grade_unjudged", condition=models.Q(judged=False)),
            models.Index(fields=["project", "labeler", "-created_at"], name="grade_latest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="grade_agreement_is_a_share",
                condition=models.Q(agreement__gte=0, agreement__lte=1),
            ),
            models.CheckConstraint(
                name="grade_tau_in_range",
                condition=models.Q(tau=None) | models.Q(tau__gte=-1, tau__lte=1),
            ),
            models.CheckConstraint(
                name="grade_flags_are_a_share",
                condition=models.Q(flags_agreement=None)
                | models.Q(flags_agreement__gte=0, flags_agreement__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement:.0%} of assignment {self.assignment_id}"


def percentage(default: int, help_text: str) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        default=default, validators=[MaxValueValidator(100)], help_text=help_text
    )


class GoldRules(models.Model):
    """When a project warns a labeler, and when it pauses them."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="gold_rules")
    window = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="The latest gold tasks of a labeler that are looked at.",
    )
    least = models.PositiveSmallIntegerField(
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="With fewer nobody is warned or paused.",
    )
    warn_below = percentage(65, "Mean agreement with gold, percent of pairs. 0: nobody is warned.")
    pause_below = percentage(50, "Mean agreement with gold, percent of pairs. 0: nobody is paused.")

    class Meta:
        db_table = "gold_rules"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="gold_rules_in_order",
                condition=models.Q(
                    warn_below__lte=100,
                    pause_below__lte=100,
                    least__gte=1,
                    least__lte=models.F("window"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warn_below} / {self.pause_below} of {self.window}"


class GoldStanding(models.Model):
    """What a member's latest grades say of them, as it was last judged."""

    class State(models.TextChoices):
        FINE = "fine", _("Fine")
        WARNED = "warned", _("Warned")  # told on their work page, until it is better again
        PAUSED = "paused", _("Paused")  # given no tasks, until an admin lets them go on

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="gold_standing"
    )
    state = models.CharField(max_length=8, choices=State, default=State.FINE)
    grades = models.PositiveSmallIntegerField(default=0)
    agreement = models.FloatField(null=True)
    since = models.DateTimeField(
        null=True, help_text="Grades before this do not count: an admin has let them go on."
    )
    changed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "gold_standing"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="gold_standing_state_known",
                condition=models.Q(state__in=["fine", "warned", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.grades} grades"
