"""The settings of a project's queue, as a part of its form."""

from typing import Any

from django import forms

from annotation.people.models import Project


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

    @property
    def queue_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in QueueForm.base_fields]

    @classmethod
    def queue_initial_of(cls, project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in QueueForm.base_fields}

    def queue_changes(self) -> dict[str, Any]:
        """The cleaned queue settings as the project's fields."""
        said = {name: self.cleaned_data[name] for name in QueueForm.base_fields}
        return {name: value for name, value in said.items() if value is not None}
