"""What work costs, and what labelers say of it."""

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Membership, Project


def rate(help_text: Any = "") -> Any:
    """An amount of the project's currency; 0 where nothing is paid so."""
    return models.DecimalField(
        max_digits=9,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(0), MaxValueValidator(1_000_000)],
        help_text=help_text,
    )


class Rates(models.Model):
    """What a project pays its labelers; without a row nothing is set."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="rates")
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("A currency is three letters: EUR, USD."))],
        help_text="ISO 4217.",
    )
    hour = rate("For an hour of active time.")
    demonstration = rate()
    ranking = rate()
    dialogue = rate()
    prompt = rate("For what is handed in at once, a few-shot group too.")
    told = models.BooleanField(default=False, help_text="Labelers see what they have earned.")

    class Meta:
        db_table = "progress_rates"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rates_not_negative",
                condition=models.Q(
                    hour__gte=0,
                    demonstration__gte=0,
                    ranking__gte=0,
                    dialogue__gte=0,
                    prompt__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"rates of {self.project_id}"


class SurveyAnswer(models.Model):
    """What somebody thinks of the work. Nothing here leads to whom: no person, no moment, and a
    random key, so that not even the order tells."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="survey_answers")
    month = models.DateField(help_text="The first day of it.")
    clear = models.PositiveSmallIntegerField()
    enjoyable = models.PositiveSmallIntegerField()
    repetitive = models.PositiveSmallIntegerField()
    paid = models.PositiveSmallIntegerField()
    glad = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)

    class Meta:
        db_table = "progress_survey_answer"
        indexes: ClassVar = [
            models.Index(fields=["project", "month"], name="survey_answer_by_month"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="survey_answers_on_five_points",
                condition=models.Q(
                    clear__range=(1, 5),
                    enjoyable__range=(1, 5),
                    repetitive__range=(1, 5),
                    paid__range=(1, 5),
                    glad__range=(1, 5),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class SurveyTurn(models.Model):
    """That a member has answered a month's survey: nobody answers it twice."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="survey_turns"
    )
    month = models.DateField()

    class Meta:
        db_table = "progress_survey_turn"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "month"], name="survey_once_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.month:%Y-%m}"
