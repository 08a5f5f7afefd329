"""What a person goes through before, and beside, real work: steps, tries at them, and a decision.

A step has a text and a content of its kind (content.py), which change by versions; a try names the
version that it was at, so that what somebody agreed to can be read for good. Who screens sees
a candidate by a number alone until it is decided.
"""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.mail_models import Mail
from annotation.people.models import Membership, Project, User


def within(name: str, low: float, high: float) -> models.Q:
    """The condition that a field is null or lies between `low` and `high`."""
    return models.Q(**{name: None}) | models.Q(**{f"{name}__gte": low, f"{name}__lte": high})


class OnboardingStep(models.Model):
    """One step of a project's onboarding, as it is now. Retired, it is asked of nobody."""

    class Kind(models.TextChoices):
        READ = "read", _("Read")  # a text, or the project's instructions: acknowledged
        CONSENT = "consent", _("Consent")  # a statement to agree to
        QUIZ = "quiz", _("Quiz")  # questions with right answers, explained afterwards
        PRACTICE = "practice", _("Practice")  # rankings with feedback, which count for nothing
        SCREENING = "screening", _("Screening")  # measured, and decided by a person

    # What a labeler at work can be asked for again before the next task.
    ACKNOWLEDGED = (Kind.READ, Kind.CONSENT)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="onboarding_steps")
    kind = models.CharField(max_length=12, choices=Kind)
    position = models.PositiveSmallIntegerField(help_text="The lowest comes first.")
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True, help_text="Markdown.")
    content = models.JSONField(default=dict, help_text="What the kind asks: see content.py.")
    version = models.PositiveIntegerField(default=1)
    asked_from = models.PositiveIntegerField(
        default=0,
        help_text="Labelers at work must have acknowledged this version or a later one; 0: none.",
    )
    pass_mark = models.PositiveSmallIntegerField(
        default=80, validators=[MaxValueValidator(100)], help_text="Of a quiz, percent."
    )
    tries = models.PositiveSmallIntegerField(
        default=3,
        validators=[MaxValueValidator(100)],
        help_text="At a quiz or the screening. 0: any number.",
    )
    wait_minutes = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(90 * 24 * 60)],
        help_text="From a failed try to the next.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "onboarding_step"
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="onboarding_step_kind_known",
                condition=models.Q(kind__in=["read", "consent", "quiz", "practice", "screening"]),
            ),
            models.CheckConstraint(
                name="onboarding_step_pass_mark_is_a_percentage",
                condition=models.Q(pass_mark__lte=100),
            ),
            models.CheckConstraint(
                name="onboarding_step_version_positive", condition=models.Q(version__gte=1)
            ),
            models.CheckConstraint(
                name="onboarding_step_asked_again_when_acknowledged",
                condition=models.Q(asked_from=0)
                | models.Q(kind__in=["read", "consent"], asked_from__lte=models.F("version")),
            ),
            # One sheet for each candidate.
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(kind="screening", retired_at=None),
                name="onboarding_screening_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OnboardingVersion(models.Model):
    """What a step said in one of its versions; never changed."""

    step = models.ForeignKey(OnboardingStep, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "onboarding_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["step", "number"], name="onboarding_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class Candidate(models.Model):
    """A member in onboarding, under the number by which those who screen know them.

    The number is drawn: one that counted up would tell who came when, and so who it is.
    """

    class State(models.TextChoices):
        UNDERWAY = "underway", _("Under way")  # goes through the steps, or waits for a decision
        ACCEPTED = "accepted", _("Accepted")
        HELDOUT = "heldout", _("Accepted, held out")  # only evaluates
        REJECTED = "rejected", _("Not accepted")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="candidates")
    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="candidate"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.UNDERWAY)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "onboarding_candidate"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="candidate_number_once"),
            models.CheckConstraint(
                name="candidate_state_known",
                condition=models.Q(state__in=["underway", "accepted", "heldout", "rejected"]),
            ),
        ]

    def __str__(self) -> str:
        return f"candidate {self.number}"


class OnboardingAttempt(models.Model):
    """A member's try at a step, at one of its versions.

    What is said in it stays here: no export, snapshot or model ever reads it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Begun")
        SUBMITTED = "submitted", _("Handed in")  # a screening that nobody has decided yet
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="onboarding_attempts"
    )
    step = models.ForeignKey(OnboardingStep, on_delete=models.CASCADE, related_name="attempts")
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    seed = models.BigIntegerField(default=0, help_text="Of the order in which answers are shown.")
    drafts = models.JSONField(default=dict, help_text="By part: what is not handed in yet.")
    answers = models.JSONField(default=dict, help_text="By part: see parts.py.")
    score = models.FloatField(null=True, help_text="Of a quiz: share of the questions.")
    sensitive_agreement = models.FloatField(null=True, help_text="Share of the texts.")
    pairs_agreement = models.FloatField(
        null=True, help_text="With gold, mean over its rankings; a tie by one of two counts half."
    )
    tau = models.FloatField(null=True, help_text="With gold, mean of Kendall's tau-b.")
    started_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "onboarding_attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["membership", "step", "number"], name="onboarding_attempt_once"
            ),
            models.UniqueConstraint(
                fields=["membership", "step"],
                condition=models.Q(state__in=["open", "submitted"]),
                name="onboarding_attempt_one_at_a_time",
            ),
            models.CheckConstraint(
                name="onboarding_attempt_state_known",
                condition=models.Q(state__in=["open", "submitted"], ended_at=None)
                | models.Q(state__in=["passed", "failed"], ended_at__isnull=False),
            ),
            *(
                models.CheckConstraint(
                    name=f"onboarding_attempt_{name}_in_range", condition=within(name, low, 1)
                )
                for name, low in (
                    ("score", 0),
                    ("sensitive_agreement", 0),
                    ("pairs_agreement", 0),
                    ("tau", -1),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number} at step {self.step_id}"


class OnboardingGrade(models.Model):
    """What a reviewer says of a demonstration of a screening, without knowing whose it is."""

    attempt = models.ForeignKey(OnboardingAttempt, on_delete=models.CASCADE, related_name="grades")
    item = models.PositiveSmallIntegerField(help_text="Which of the demonstrations, from 0.")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(7)], help_text="1 worst, 7 best."
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "onboarding_grade"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attempt", "item", "reviewer"], name="onboarding_grade_once"
            ),
            models.CheckConstraint(
                name="onboarding_grade_1_to_7", condition=models.Q(grade__gte=1, grade__lte=7)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} of attempt {self.attempt_id}, {self.item}"


class ScreeningDecision(models.Model):
    """What an admin has decided about a candidate; the last one stands."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accept")
        HELDOUT = "heldout", _("Accept as a held-out labeler")
        REJECTED = "rejected", _("Do not accept")
        AGAIN = "again", _("Let them try again")  # by the step's rules, or beyond them

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="decisions")
    step = models.ForeignKey(
        OnboardingStep,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="Which the candidate was at.",
    )
    grants = models.BooleanField(
        default=False, help_text="One try beyond the step's rules, which may begin at once."
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    note = models.TextField(blank=True, help_text="For the team.")
    message = models.TextField(blank=True, help_text="For the candidate.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)
    mail = models.OneToOneField(Mail, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "onboarding_decision"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="screening_decision_outcome_known",
                condition=models.Q(outcome__in=["accepted", "heldout", "rejected"])
                | models.Q(outcome="again", step__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.candidate}"
