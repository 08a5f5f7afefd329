"""Forms of an admin's list of prompts: what is looked for, and what one is marked as."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Project
from annotation.pool.edits import Move
from annotation.pool.models import PromptFinding
from annotation.pool.selecting import Wanted
from annotation.prompts.marks import Marks
from annotation.prompts.models import Prompt, UseCase
from annotation.prompts.search import marks_within


class SearchForm(forms.Form):
    """What an admin looks for; what is left empty narrows nothing."""

    words = forms.CharField(label=gettext_lazy("Words in it"), required=False, max_length=200)
    use_case = forms.ChoiceField(label=gettext_lazy("Use case"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False)
    split = forms.ChoiceField(label=gettext_lazy("Split"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    finding = forms.ChoiceField(label=gettext_lazy("Open finding"), required=False)
    marked = forms.ChoiceField(label=gettext_lazy("Marked as"), required=False)
    contributor = forms.CharField(label=gettext_lazy("Contributor"), required=False, max_length=120)

    def __init__(self, project: Project, said: Any) -> None:
        super().__init__(said)
        choices: dict[str, list[Any]] = {
            "use_case": UseCase.choices,
            "source": Prompt.Source.choices,
            "split": Prompt.Split.choices,
            "state": Prompt.State.choices,
            "finding": PromptFinding.Kind.choices,
            "marked": marks_offered(project),
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Any")), *offered]

    def wanted(self) -> Wanted:
        """What cannot be looked for narrows nothing either."""
        self.is_valid()
        return Wanted(**self.cleaned_data)

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class EditForm(forms.Form):
    """What is to be changed of many prompts; what is left as it is changes nothing."""

    use_case = forms.ChoiceField(label=gettext_lazy("Use case"), required=False)
    language = forms.CharField(
        label=gettext_lazy("Language"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"list": "languages-known"}),
        help_text=gettext_lazy("Such as en; identified: as scanned; a hyphen clears it."),
    )
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Tags between commas; a hyphen clears them."),
    )
    sensitive = forms.ChoiceField(label=gettext_lazy("Sensitive content"), required=False)
    move = forms.ChoiceField(label=gettext_lazy("And"), required=False)

    def __init__(self, project: Project, said: Any = None) -> None:
        super().__init__(said, auto_id="edit_%s")
        keys = [each["key"] for each in project.sensitive]
        categories = list(zip(keys, project.sensitive_named(keys), strict=True))
        stays = ("", _("As it is"))
        choices: dict[str, list[Any]] = {
            "use_case": [stays, *UseCase.choices],
            "sensitive": [stays, ("-", _("None")), *categories],
            "move": [("", _("Nothing more")), *Move.choices],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def said(self) -> dict[str, Any]:
        """As change_read takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        cleared = {name: "" for name, value in given.items() if value.strip() == "-"}
        said = {**given, **cleared}
        if said.get("sensitive"):
            said["sensitive"] = [said["sensitive"]]
        return said


def marks_offered(project: Project) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Every mark that a prompt has, by its kind; as a value it says both."""
    headings = {
        "language": _("Language"),
        "skills": _("Skills"),
        "sensitive": _("Sensitive content"),
    }
    offered = []
    for kind, tags in marks_within(project).items():
        names = project.sensitive_named(tags) if kind == "sensitive" else tags
        choices = [(f"{kind}:{tag}", name) for tag, name in zip(tags, names, strict=True)]
        offered.append((headings[kind], choices))
    return [group for group in offered if group[1]]


class MarksForm(forms.Form):
    """What a prompt or a task asks of its labelers. The tags are read and refused by marks_read."""

    language = forms.CharField(
        label=gettext_lazy("Language"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Such as en or pt-BR, of which the first part counts. Empty: any."),
    )
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Tags between commas. A labeler needs all of them."),
    )
    sensitive = forms.MultipleChoiceField(
        label=gettext_lazy("Sensitive content"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "It is hidden until a labeler asks for it, and given to nobody who declined it."
        ),
    )

    def __init__(self, project: Project, marks: Marks, said: Any = None) -> None:
        initial = {
            "language": marks.language,
            "skills": ", ".join(marks.skills),
            "sensitive": list(marks.sensitive),
        }
        super().__init__(said, initial=initial)
        known = [each["key"] for each in project.sensitive]
        keys = [*known, *(key for key in marks.sensitive if key not in known)]
        field = self.fields["sensitive"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(zip(keys, project.sensitive_named(keys), strict=True))
        if not field.choices:
            del self.fields["sensitive"]
