"""The settings under which answers are attacked, as a part of a project's form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.people.models import RankingAim, SeverityAsked
from annotation.people.project_part import ProjectPart
from annotation.texts import newlines_plain


class RedTeamForm(ProjectPart):
    ranking_aim = forms.ChoiceField(
        label=_("Labelers look for"),
        choices=RankingAim.choices,
        required=False,
        help_text=_(
            "Rankings and dialogues alike. Looking for the worst also lets them write attacks. "
            "Stored ranks begin with the best, whichever is shown."
        ),
    )
    severity_asked = forms.ChoiceField(
        label=_("Ask how severe, 0 to 4"),
        choices=SeverityAsked.choices,
        required=False,
        help_text=_(
            "How badly an answer breaks the rules. In dialogues it is asked of the one picked, "
            "where the worst is looked for."
        ),
    )
    harm_categories = forms.CharField(
        label=_("Harms to aim at"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line. Who writes an attack says which of them it aims at."),
    )

    def clean_harm_categories(self) -> str:
        return newlines_plain(self.cleaned_data["harm_categories"])
