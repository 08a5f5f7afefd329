"""Forms of the prompt pool: a project's rules, with the mix that is wanted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.form_fields import number_field
from annotation.pool.models import PromptRules
from annotation.prompts.models import UseCase


class RulesForm(forms.Form):
    """The rules, with one number for each use case. The domain checks them once more."""

    prefix_length = number_field(
        PromptRules,
        "prefix_length",
        label=_("Duplicates begin alike for, characters"),
        help_text=_("0 looks for none."),
    )
    near_percent = number_field(
        PromptRules,
        "near_percent",
        label=_("Near-duplicates share, %"),
        help_text=_("Of their text, 60 to 100. 0 looks for none."),
    )
    contributor_cap = number_field(
        PromptRules,
        "contributor_cap",
        label=_("Most prompts per contributor"),
        help_text=_("More are asked of nobody. 0 sets no limit."),
    )
    pii_filter = forms.BooleanField(
        label=_("Keep prompts with open findings of personal data out of training and exports"),
        required=False,
    )
    phone_region = forms.CharField(
        label=_("Country of telephone numbers"),
        required=False,
        max_length=2,
        help_text=_("Two letters. Numbers of others are found if they begin with +."),
    )
    languages = forms.CharField(
        label=_("Languages wanted"),
        required=False,
        max_length=400,
        help_text=_("Such as en, de. Prompts in others become findings. Empty: any."),
    )

    def __init__(self, rules: PromptRules, data: Any = None) -> None:
        initial = {name: getattr(rules, name) for name in self.base_fields}
        initial["languages"] = ", ".join(rules.languages_wanted)
        shares = {f"mix_{case}": share for case, share in rules.mix.items()}
        super().__init__(data, initial={**initial, **shares})
        for case in UseCase:
            self.fields[f"mix_{case.value}"] = forms.FloatField(
                label=case.label, min_value=0, max_value=100, step_size=0.1
            )

    def mix_fields(self) -> list[forms.BoundField]:
        return [self[f"mix_{case}"] for case in UseCase.values]

    def changes(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        mix = {case: said.pop(f"mix_{case}") for case in UseCase.values}
        return {**said, "mix": mix}
