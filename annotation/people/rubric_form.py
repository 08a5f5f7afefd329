"""The rubric, as a part of a project's form."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.flags import AnnotationsField, ConditionalFlagsField
from annotation.people.models import Project
from annotation.people.project_part import ProjectPart
from annotation.people.rubric import Asked, Rubric, default_rubric, rubric_whole


class RubricForm(ProjectPart):
    likert = forms.BooleanField(
        label=gettext_lazy("Ask for a grade from 1 to 7"), required=False, initial=True
    )
    likert_required = forms.BooleanField(
        label=gettext_lazy("Every answer needs its grade"), required=False
    )
    worst = forms.CharField(
        label=gettext_lazy("1 means"), max_length=80, required=False, initial=gettext_lazy("worst")
    )
    best = forms.CharField(
        label=gettext_lazy("7 means"), max_length=80, required=False, initial=gettext_lazy("best")
    )
    strength = forms.ChoiceField(
        label=gettext_lazy("Ask how much better the best answer is than the next"),
        choices=Asked.choices,
        required=False,
        help_text=gettext_lazy(
            "Where one answer is the best: negligibly, slightly, better, significantly."
        ),
    )
    annotations = AnnotationsField(
        label=gettext_lazy("About the prompt"),
        required=False,
        help_text=gettext_lazy("Yes or no, beside the answers and beside a demonstration."),
    )
    flags = ConditionalFlagsField(
        label=gettext_lazy("About each answer"),
        required=False,
        help_text=gettext_lazy(
            "“Only if” names keys from above, separated by commas: the flag is asked where one of "
            "them was said of the prompt."
        ),
    )

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        whole = rubric_whole(project.rubric)
        likert = whole["likert"] or {"worst": _("worst"), "best": _("best"), "required": False}
        return {
            **super().initial_of(project),
            "rubric": project.rubric,
            "likert": whole["likert"] is not None,
            "likert_required": likert["required"],
            "worst": likert["worst"],
            "best": likert["best"],
            "strength": whole["strength"],
            "annotations": whole["annotations"],
            "flags": whole["flags"],
        }

    @classmethod
    def initial_new(cls) -> dict[str, Any]:
        rubric = rubric_whole(default_rubric())
        asked = {"annotations": rubric["annotations"], "flags": rubric["flags"]}
        return {**super().initial_new(), **asked}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for end in ("worst", "best"):
            if data.get("likert") and not data.get(end):
                self.add_error(end, _("Say what this end of the scale means."))
        known = {row["key"] for row in data.get("annotations", [])}
        for flag in data.get("flags", []):
            unknown = [key for key in flag.get("only", []) if key not in known]
            if unknown:
                self.add_error(
                    "flags",
                    _("“%(label)s” waits for %(unknown)s, which is no key above.")
                    % {"label": flag["label"], "unknown": ", ".join(unknown)},
                )
        return data

    def changes(self) -> dict[str, Any]:
        """With the rubric as the project's field; what says the same stays as it is stored."""
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
        return {**super().changes(), "rubric": stored if same else rubric}
