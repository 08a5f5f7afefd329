"""Forms of the pages about gold."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.feedback.letters import LETTERS
from annotation.form_fields import number_field
from annotation.gold.golds import MAX_EXPLANATION
from annotation.gold.models import Gold, GoldRules
from annotation.people.rubric import Rubric, rubric_whole
from annotation.queue.models import Task


class RulesForm(forms.Form):
    """When labelers are warned and paused; the domain checks what is said together."""

    window = number_field(
        GoldRules, "window", label=_("Latest gold tasks looked at"), help_text=_("Of each labeler.")
    )
    least = number_field(
        GoldRules,
        "least",
        label=_("Fewest of them"),
        help_text=_("With fewer nobody is warned or paused."),
    )
    warn_below = number_field(
        GoldRules,
        "warn_below",
        label=_("Warn below, %"),
        help_text=_("Mean agreement with gold, of pairs. 0 warns nobody."),
    )
    pause_below = number_field(
        GoldRules, "pause_below", label=_("Pause below, %"), help_text=_("0 pauses nobody.")
    )


class GoldForm(forms.Form):
    """The right ranking of `answers` answers, and their flags where these are graded too."""

    purpose = forms.ChoiceField(
        label=_("Used"),
        choices=[
            (Task.Purpose.GOLD, _("among the work")),
            (Task.Purpose.PRACTICE, _("to practise, with the explanation")),
            (Task.Purpose.SCREENING, _("to screen candidates")),
        ],
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Gold.Kind.choices)
    graded = forms.BooleanField(label=_("The flags are graded too"), required=False)
    explanation = forms.CharField(
        label=_("Why so"),
        required=False,
        max_length=MAX_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Markdown. Shown after practice, and to reviewers."),
    )

    def __init__(self, rubric: Rubric, ranks: list[int], said: Any = None) -> None:
        super().__init__(said)
        self.answers = len(ranks)
        flags = [(flag["key"], flag["label"]) for flag in rubric_whole(rubric)["flags"]]
        for index, rank in enumerate(ranks):
            self.fields[f"rank-{index}"] = forms.TypedChoiceField(
                label=_("Rank of answer %(letter)s") % {"letter": LETTERS[index]},
                choices=[(place, place) for place in range(1, self.answers + 1)],
                coerce=int,
                initial=rank,
            )
            self.fields[f"flags-{index}"] = forms.MultipleChoiceField(
                label=_("Flags of answer %(letter)s") % {"letter": LETTERS[index]},
                choices=flags,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def said(self) -> dict[str, Any]:
        """The cleaned data as gold_create takes it."""
        data = self.cleaned_data
        flags = [data[f"flags-{index}"] for index in range(self.answers)]
        return {
            "purpose": data["purpose"],
            "kind": data["kind"],
            "explanation": data["explanation"],
            "ranks": [data[f"rank-{index}"] for index in range(self.answers)],
            "flags": flags if data["graded"] else None,
        }
