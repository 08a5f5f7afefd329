"""Who works where: users, projects, and what each may do in a project."""

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotation.people.rubric import default_rubric


def default_sensitive() -> list[dict[str, str]]:
    """What a labeler may not want to see, after the flags of InstructGPT's rubric."""
    categories = [
        ("sexual", gettext("Sexual content")),
        ("violence", gettext("Violence")),
        ("self_harm", gettext("Self-harm")),
        ("hate", gettext("Denigrates a group")),
        ("abuse", gettext("Abuse or harassment")),
    ]
    return [{"key": key, "label": label} for key, label in categories]


def default_harms() -> str:
    """What red teams aim at most (after Ganguli et al., arXiv 2209.07858, figure 9)."""
    return "\n".join(
        [
            gettext("Violence and incitement"),
            gettext("Hate and discrimination"),
            gettext("Sexual content"),
            gettext("Self-harm"),
            gettext("Crime and fraud"),
            gettext("Weapons and dangerous substances"),
            gettext("Misinformation"),
            gettext("Private information"),
            gettext("Other"),
        ]
    )


class RankingAim(models.TextChoices):
    """What rank 1 is where labelers rank. What is stored always begins with the best."""

    BEST = "best", _("The best answer: rank 1 is the best")
    WORST = "worst", _("The worst answer: rank 1 is the worst (red team)")


class SeverityAsked(models.TextChoices):
    NEVER = "never", _("Never")
    WORST = "worst", _("Of the worst answer")
    EACH = "each", _("Of each answer")


class SuggestionsOffered(models.TextChoices):
    """Whether labelers may ask for a model's text to start a demonstration from."""

    NEVER = "never", _("No")
    BLIND = "blind", _("Yes, without saying what wrote it")
    NAMED = "named", _("Yes, and say what wrote it")


class User(AbstractUser):
    """A person. `is_superuser` is the site admin, who may enter every project."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    language = models.CharField(
        max_length=12, blank=True, help_text="Of the site's pages; blank: as the browser says."
    )

    class Meta:
        db_table = "people_user"


class Project(models.Model):
    """One body of labeling work with its instructions, rubric and members."""

    class QueueOrder(models.TextChoices):
        DEPTH = "depth", _("Finish a task before the next one is begun")  # the oldest first
        BREADTH = "breadth", _("Give every task its first label before any gets its second")

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    instructions = models.TextField(blank=True, help_text="Markdown, shown beside every task.")
    instructions_version = models.PositiveIntegerField(default=1)
    k_min = models.PositiveSmallIntegerField(default=4)
    k_max = models.PositiveSmallIntegerField(default=9)
    overlap = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    rubric = models.JSONField(default=default_rubric)
    rubric_version = models.PositiveIntegerField(default=1)
    lease_minutes = models.PositiveIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    max_open_leases = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    agreement_wanted = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Percent of pairs; a ranking task with less is given to one more. 0: never.",
    )
    overlap_most = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="Disagreement raises a task's overlap up to this.",
    )
    prompts_wanted = models.PositiveIntegerField(
        default=0, help_text="Labelers write prompts until there are so many; 0 is closed."
    )
    prompts_per_day = models.PositiveIntegerField(
        default=0, help_text="The most that one labeler writes in a day; 0 is no limit."
    )
    prompts_ask = models.BooleanField(
        default=False, help_text="Labelers are asked at once to answer what was written."
    )
    user_stories = models.TextField(
        blank=True, help_text="What users want to do, one a line: labelers write prompts for them."
    )
    queue_order = models.CharField(max_length=8, choices=QueueOrder, default=QueueOrder.DEPTH)
    gold_every = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(1_000)],
        help_text="One claim in how many gives unseen gold first; 1: all of them, 0: no gold.",
    )
    daily_cap = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text="Submissions of a labeler and day, in the site's time zone. 0: any number.",
    )
    sensitive = models.JSONField(
        default=default_sensitive,
        blank=True,
        help_text="Categories of content that labelers may decline.",
    )
    revise_minutes = models.PositiveIntegerField(
        default=60,
        validators=[MaxValueValidator(30 * 24 * 60)],
        help_text="How long after handing in a labeler may change what was said. 0: never.",
    )
    ranking_aim = models.CharField(max_length=8, choices=RankingAim, default=RankingAim.BEST)
    severity_asked = models.CharField(
        max_length=8, choices=SeverityAsked, default=SeverityAsked.NEVER
    )
    harm_categories = models.TextField(
        blank=True, default=default_harms, help_text="What attacks may aim at, one a line."
    )
    suggestions = models.CharField(
        max_length=8, choices=SuggestionsOffered, default=SuggestionsOffered.NEVER
    )
    onboards = models.BooleanField(
        default=False,
        editable=False,
        help_text="Has an onboarding, where new labelers begin; kept by the steps.",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "people_project"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="project_suggestions_known",
                condition=models.Q(suggestions__in=["never", "blind", "named"]),
            ),
            models.CheckConstraint(
                name="project_ranking_aim_known",
                condition=models.Q(ranking_aim__in=["best", "worst"]),
            ),
            models.CheckConstraint(
                name="project_severity_asked_known",
                condition=models.Q(severity_asked__in=["never", "worst", "each"]),
            ),
            models.CheckConstraint(
                name="project_agreement_is_a_percentage",
                condition=models.Q(agreement_wanted__lte=100),
            ),
            models.CheckConstraint(
                name="project_k_between_4_and_9",
                condition=models.Q(k_min__gte=4, k_max__lte=9, k_min__lte=models.F("k_max")),
            ),
            models.CheckConstraint(
                name="project_queue_order_known",
                condition=models.Q(queue_order__in=["depth", "breadth"]),
            ),
            models.CheckConstraint(
                name="project_revise_at_most_30_days",
                condition=models.Q(revise_minutes__lte=30 * 24 * 60),
            ),
            models.CheckConstraint(
                name="project_overlap_positive", condition=models.Q(overlap__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def sensitive_named(self, keys: Iterable[str]) -> list[str]:
        """Categories in the project's words; a key that it has no more stands for itself."""
        labels = {each["key"]: each["label"] for each in self.sensitive}
        return [labels.get(key, key) for key in keys]


class Membership(models.Model):
    """A person in a project. Only active members are given work."""

    class State(models.TextChoices):
        INVITED = "invited", _("Invited")  # has not accepted yet
        ONBOARDING = "onboarding", _("Onboarding")  # learns and is screened; claims no real task
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")  # sees nothing of the project

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    heldout = models.BooleanField(
        default=False,
        help_text="Is given evaluation tasks only: nothing this person says ever trains.",
    )
    languages = models.JSONField(
        default=list, blank=True, help_text="Primary language tags (BCP 47): en, pt, ..."
    )
    skills = models.JSONField(
        default=list, blank=True, help_text="Tags of what this person may be asked."
    )
    declined = models.JSONField(
        default=list, blank=True, help_text="Categories of sensitive content never to be given."
    )
    veil = models.BooleanField(
        default=True, help_text="Sensitive texts are hidden until this person asks for them."
    )
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when this person is given no tasks, though active."
    )
    onboarding_due = models.BooleanField(
        default=False,
        editable=False,
        help_text="Something has to be read and acknowledged before the next task.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "people_membership"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.CheckConstraint(
                name="membership_state_known",
                condition=models.Q(state__in=["invited", "onboarding", "active", "suspended"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"


class MembershipRole(models.Model):
    """One of the roles a member holds; a person may hold several."""

    class Role(models.TextChoices):
        LABELER = "labeler", _("Labeler")
        REVIEWER = "reviewer", _("Reviewer")
        RESEARCHER = "researcher", _("Researcher")
        ADMIN = "admin", _("Admin")

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        db_table = "people_membership_role"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "role"], name="membership_role_once"),
            models.CheckConstraint(
                name="membership_role_known",
                condition=models.Q(role__in=["labeler", "reviewer", "researcher", "admin"]),
            ),
        ]

    def __str__(self) -> str:
        return self.role


class AuditEvent(models.Model):
    """Who changed what, kept for good."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=40)
    target = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "people_audit_event"

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


class SignInTry(models.Model):
    """A try at a password; counted, and kept, for a minute (throttle.py)."""

    key = models.CharField(max_length=64, help_text="A hash of whom it counts against.")
    at = models.DateTimeField()

    class Meta:
        db_table = "people_sign_in_try"
        indexes: ClassVar = [
            models.Index(fields=["key", "at"], name="sign_in_try_key_at"),
            models.Index(fields=["at"], name="sign_in_try_at"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:12]} at {self.at}"
