"""Forms of the pages about progress."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.progress.models import Rates
from annotation.progress.survey import MOST_COMMENT, POINTS, STATEMENTS


class CapitalsField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class RatesForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    currency = CapitalsField(
        label=_("Currency"), max_length=3, help_text=_("Three letters: EUR, USD.")
    )

    class Meta:
        model = Rates
        fields = ("currency", "hour", "demonstration", "ranking", "dialogue", "prompt", "told")
        labels = {
            "hour": _("An hour of active time"),
            "demonstration": _("A demonstration"),
            "ranking": _("A ranking"),
            "dialogue": _("A dialogue"),
            "prompt": _("A prompt that was written"),
            "told": _("Labelers see what they have earned"),
        }
        help_texts = {
            "hour": _("As the desk counts it: breaks are not in it."),
            "demonstration": "",
            "ranking": "",
            "dialogue": "",
            "prompt": "",
            "told": "",
        }


class SurveyForm(forms.Form):
    """A row of five points for each statement."""

    comment = forms.CharField(
        label=_("Anything else"),
        required=False,
        max_length=MOST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is shown as you write it: say nothing that tells who you are."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name, text in STATEMENTS.items():
            self.fields[name] = forms.TypedChoiceField(
                label=text,
                choices=list(POINTS.items()),
                coerce=int,
                widget=forms.RadioSelect,
            )
        self.order_fields([*STATEMENTS, "comment"])

    def points(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in STATEMENTS}
