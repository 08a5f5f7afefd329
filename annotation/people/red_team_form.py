"""The settings under which answers are attacked, as a part of a project's form."""

from typing import Any

from django import forms

from annotation.people.models import Project, RankingAim, SeverityAsked
from annotation.texts import newlines_plain


class RedTeamForm(forms.Form):
    """Choices left out stay as they are stored."""

    ranking_aim = forms.ChoiceField(
        label="Labelers look for",
        choices=RankingAim.choices,
        required=False,
        help_text="Looking for the worst also lets them write attacks. Stored ranks begin with "
        "the best, whichever is shown.",
    )
    severity_asked = forms.ChoiceField(
        label="Ask how severe, 0 to 4",
        choices=SeverityAsked.choices,
        required=False,
        help_text="How badly an answer breaks the rules.",
    )
    harm_categories = forms.CharField(
        label="Harms to aim at",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line. Who writes an attack says which of them it aims at.",
    )

    @classmethod
    def red_team_initial_of(cls, project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in RedTeamForm.base_fields}

    def clean_harm_categories(self) -> str:
        return newlines_plain(self.cleaned_data["harm_categories"])

    def red_team_changes(self) -> dict[str, Any]:
        """The cleaned settings as the project's fields."""
        said = {name: self.cleaned_data[name] for name in RedTeamForm.base_fields}
        return {name: value for name, value in said.items() if value or name == "harm_categories"}
