"""The settings of a project's queue, as a part of its form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.people.flags import CategoriesField
from annotation.people.models import Project, default_sensitive
from annotation.people.project_part import ProjectPart, project_number


class QueueForm(ProjectPart):
    queue_order = forms.ChoiceField(
        label=_("Given out"),
        choices=Project.QueueOrder.choices,
        required=False,
        initial=Project.QueueOrder.DEPTH,
        help_text=_("Among tasks of the same priority."),
    )
    agreement_wanted = project_number(
        "agreement_wanted",
        label=_("Agreement wanted, %"),
        help_text=_(
            "People who agree on fewer pairs of answers: one more is asked. 0 asks nobody."
        ),
    )
    overlap_most = project_number(
        "overlap_most",
        label=_("Most people per task"),
        help_text=_("Disagreement asks no more than this."),
    )
    gold_every = project_number(
        "gold_every",
        label=_("Gold, one in"),
        help_text=_("While a labeler has unseen gold. 1 gives it first, 0 gives none."),
    )
    max_open_leases = project_number(
        "max_open_leases",
        label=_("Tasks held at once"),
        help_text=_(
            "The most that one labeler has open. One of them may be fetched ahead of its turn."
        ),
    )
    daily_cap = project_number(
        "daily_cap",
        label=_("Tasks a day"),
        help_text=_("The most that one labeler hands in. 0 sets no limit."),
    )
    revise_minutes = project_number(
        "revise_minutes",
        label=_("May be changed, minutes"),
        help_text=_("How long labelers may correct what they handed in. 0: never."),
    )
    sensitive = CategoriesField(
        label=_("Sensitive content"),
        required=False,
        help_text=_("Prompts may be marked as these; labelers may decline any of them."),
    )

    @classmethod
    def initial_new(cls) -> dict[str, Any]:
        return {**super().initial_new(), "sensitive": default_sensitive()}
