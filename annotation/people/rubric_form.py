"""The rubric, as a part of a project's form."""

from typing import Any

from django import forms

from annotation.people.flags import AnnotationsField, ConditionalFlagsField
from annotation.people.rubric import Asked, Rubric, default_rubric, rubric_whole


class RubricForm(forms.Form):
    likert = forms.BooleanField(label="Ask for a grade from 1 to 7", required=False, initial=True)
    likert_required = forms.BooleanField(label="Every answer needs its grade", required=False)
    worst = forms.CharField(label="1 means", max_length=80, required=False, initial="worst")
    best = forms.CharField(label="7 means", max_length=80, required=False, initial="best")
    strength = forms.ChoiceField(
        label="Ask how much better the best answer is than the next",
        choices=Asked.choices,
        required=False,
        help_text="Where one answer is the best: negligibly, slightly, better, significantly.",
    )
    annotations = AnnotationsField(
        label="About the prompt",
        required=False,
        help_text="Yes or no, beside the answers and beside a demonstration.",
    )
    flags = ConditionalFlagsField(
        label="About each answer",
        required=False,
        help_text="“Only if” names keys from above, separated by commas: the flag is asked where "
        "one of them was said of the prompt.",
    )

    @classmethod
    def rubric_initial_of(cls, rubric: Rubric) -> dict[str, Any]:
        whole = rubric_whole(rubric)
        likert = whole["likert"] or {"worst": "worst", "best": "best", "required": False}
        return {
            "rubric": rubric,
            "likert": whole["likert"] is not None,
            "likert_required": likert["required"],
            "worst": likert["worst"],
            "best": likert["best"],
            "strength": whole["strength"],
            "annotations": whole["annotations"],
            "flags": whole["flags"],
        }

    @classmethod
    def rubric_initial_new(cls) -> dict[str, Any]:
        rubric = rubric_whole(default_rubric())
        return {"annotations": rubric["annotations"], "flags": rubric["flags"]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for end in ("worst", "best"):
            if data.get("likert") and not data.get(end):
                self.add_error(end, "Say what this end of the scale means.")
        known = {row["key"] for row in data.get("annotations", [])}
        for flag in data.get("flags", []):
            unknown = [key for key in flag.get("only", []) if key not in known]
            if unknown:
                self.add_error(
                    "flags",
                    f"“{flag['label']}” waits for {', '.join(unknown)}, which is no key above.",
                )
        return data

    def rubric_changes(self) -> dict[str, Any]:
        """The cleaned rubric as the project's field; what says the same stays as it is stored."""
        data = self.cleaned_data
        scale = {"worst": data["worst"], "best": data["best"]}
        if data["likert_required"]:
            scale["required"] = True
        rubric: Rubric = {"likert": scale if data["likert"] else None, "flags": data["flags"]}
        if data["annotations"]:
            rubric["annotations"] = data["annotations"]
        if data["strength"] not in ("", Asked.OFF):
            rubric["strength"] = data["strength"]
        stored = self.initial.get("rubric")
        same = stored and rubric_whole(stored) == rubric_whole(rubric)
        return {"rubric": stored if same else rubric}
