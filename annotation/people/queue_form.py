"""The settings of a project's queue, as a part of its form."""

from typing import Any

from django import forms

from annotation.people.flags import CategoriesField
from annotation.people.models import Project, default_sensitive


class QueueForm(forms.Form):
    """Empty fields stay as they are stored."""

    agreement_wanted = forms.IntegerField(
        label="Agreement wanted, %",
        min_value=0,
        max_value=100,
        required=False,
        initial=0,
        help_text="People who agree on fewer pairs of answers: one more is asked. 0 asks nobody.",
    )
    overlap_most = forms.IntegerField(
        label="Most people per task",
        min_value=1,
        max_value=50,
        required=False,
        initial=5,
        help_text="Disagreement asks no more than this.",
    )
    revise_minutes = forms.IntegerField(
        label="May be changed, minutes",
        min_value=0,
        max_value=30 * 24 * 60,
        required=False,
        initial=60,
        help_text="How long labelers may correct what they handed in. 0: never.",
    )
    queue_order = forms.ChoiceField(
        label="Given out",
        choices=Project.QueueOrder.choices,
        required=False,
        initial=Project.QueueOrder.DEPTH,
        help_text="Among tasks of the same priority.",
    )
    gold_every = forms.IntegerField(
        label="Gold, one in",
        min_value=0,
        max_value=1_000,
        required=False,
        initial=1,
        help_text="While a labeler has unseen gold. 1 gives it first, 0 gives none.",
    )
    daily_cap = forms.IntegerField(
        label="Tasks a day",
        min_value=0,
        max_value=10_000,
        required=False,
        initial=0,
        help_text="The most that one labeler hands in. 0 sets no limit.",
    )
    sensitive = CategoriesField(
        label="Sensitive content",
        required=False,
        help_text="Prompts may be marked as these; labelers may decline any of them.",
    )

    @property
    def queue_numbers(self) -> list[forms.BoundField]:
        fields = QueueForm.base_fields.items()
        return [self[name] for name, field in fields if isinstance(field, forms.IntegerField)]

    @classmethod
    def queue_initial_new(cls) -> dict[str, Any]:
        return {"sensitive": default_sensitive()}

    @classmethod
    def queue_initial_of(cls, project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in QueueForm.base_fields}

    def queue_changes(self) -> dict[str, Any]:
        """The cleaned queue settings as the project's fields."""
        said = {name: self.cleaned_data[name] for name in QueueForm.base_fields}
        if self.fields["sensitive"].widget.value_omitted_from_data(self.data, {}, "sensitive"):
            del said["sensitive"]
        return {name: value for name, value in said.items() if value not in (None, "")}
