"""The forms of a project's settings and members. What they accept the domain checks once more."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotation.people.models import Membership, MembershipRole, Project
from annotation.people.queue_form import QueueForm
from annotation.people.red_team_form import RedTeamForm
from annotation.people.rubric_form import RubricForm
from annotation.texts import newlines_plain


class ProjectForm(QueueForm, RubricForm):
    name = forms.CharField(max_length=120)
    instructions = forms.CharField(
        required=False,
        label="Markdown",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Labelers see it beside every task.",
    )
    k_min = forms.IntegerField(
        label="Fewest answers in a ranking", min_value=4, max_value=9, initial=4
    )
    k_max = forms.IntegerField(label="Most", min_value=4, max_value=9, initial=9)
    overlap = forms.IntegerField(
        label="People per task",
        min_value=1,
        max_value=50,
        initial=1,
        help_text="More than one measures agreement. Raising it reopens finished tasks.",
    )
    lease_minutes = forms.IntegerField(
        label="Lease, minutes",
        min_value=1,
        max_value=24 * 60,
        initial=30,
        help_text="How long a task stays with a person who has gone quiet.",
    )

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        return {
            "name": project.name,
            "instructions": project.instructions,
            "k_min": project.k_min,
            "k_max": project.k_max,
            "overlap": project.overlap,
            "lease_minutes": project.lease_minutes,
            **cls.rubric_initial_of(project.rubric),
            **cls.queue_initial_of(project),
        }

    @classmethod
    def initial_new(cls) -> dict[str, Any]:
        return {**cls.rubric_initial_new(), **cls.queue_initial_new()}

    def clean_instructions(self) -> str:
        """What a form does to newlines is no new text: an unchanged one stays as it is stored."""
        text = newlines_plain(self.cleaned_data["instructions"])
        stored = str(self.initial.get("instructions", ""))
        return stored if newlines_plain(stored) == text else text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("k_min") and data.get("k_max") and data["k_min"] > data["k_max"]:
            self.add_error("k_max", "Must not be less than the fewest.")
        return data

    def changes(self) -> dict[str, Any]:
        """The cleaned data as the project's fields."""
        parts = {*QueueForm.base_fields, *RubricForm.base_fields}
        data = {name: value for name, value in self.cleaned_data.items() if name not in parts}
        return {**data, **self.queue_changes(), **self.rubric_changes()}


class ProjectEditForm(RedTeamForm, ProjectForm):
    """What a new project is made with, and what is opened later."""

    prompts_wanted = forms.IntegerField(
        label="Prompts wanted",
        min_value=0,
        max_value=1_000_000,
        help_text="From labelers, in all. 0 closes the page on which they write.",
    )
    prompts_per_day = forms.IntegerField(
        label="Most a day",
        min_value=0,
        max_value=10_000,
        help_text="By one labeler. 0 sets no limit.",
    )
    prompts_ask = forms.BooleanField(
        label="Ask labelers at once for answers to them",
        required=False,
        help_text="Else they wait until you ask on the overview.",
    )
    user_stories = forms.CharField(
        label="User stories",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What your users want to do, one a line. Labelers are given one to write for.",
    )

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        names = ("prompts_wanted", "prompts_per_day", "prompts_ask", "user_stories")
        return {
            **super().initial_of(project),
            **{name: getattr(project, name) for name in names},
            **cls.red_team_initial_of(project),
        }

    def clean_user_stories(self) -> str:
        return newlines_plain(self.cleaned_data["user_stories"])

    def changes(self) -> dict[str, Any]:
        data = super().changes()
        for name in RedTeamForm.base_fields:
            data.pop(name, None)
        return {**data, **self.red_team_changes()}


class ProjectCreateForm(ProjectForm):
    slug = forms.SlugField(
        label="Address",
        max_length=60,
        required=False,
        help_text="Stands in every link. Made from the name when left empty.",
    )
    field_order = ["name", "slug"]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug and Project.objects.filter(slug=slug).exists():
            raise ValidationError("Another project has this address.")
        return str(slug)

    def changes(self) -> dict[str, Any]:
        data = super().changes()
        data["slug"] = data["slug"] or None
        return data


class MemberForm(forms.Form):
    roles = forms.MultipleChoiceField(
        choices=MembershipRole.Role.choices, widget=forms.CheckboxSelectMultiple
    )
    state = forms.ChoiceField(
        choices=Membership.State.choices, initial=Membership.State.ACTIVE, required=True
    )
    heldout = forms.BooleanField(
        label="Held out",
        required=False,
        help_text="Is given evaluation tasks only: nothing this person says ever trains.",
    )
    languages = forms.CharField(
        required=False, max_length=400, help_text="Such as en, de. Tasks in others go elsewhere."
    )
    skills = forms.CharField(
        required=False, max_length=2_000, help_text="Tags such as law, sql. Tasks may ask for them."
    )

    @classmethod
    def initial_of(cls, membership: Membership) -> dict[str, Any]:
        return {
            "languages": ", ".join(membership.languages),
            "skills": ", ".join(membership.skills),
            "roles": [row.role for row in membership.roles.all()],
            "state": membership.state,
            "heldout": membership.heldout,
        }


class MemberAddForm(MemberForm):
    username = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(label="E-mail", required=False)
    password = forms.CharField(
        label="First password",
        strip=False,  # as sign-in takes it
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Only for a new account. Leave it empty when the person has one.",
    )
    field_order = ["username", "email", "password", "roles", "state", "heldout"]


class OwnWorkForm(forms.Form):
    """What a labeler says about the work they want."""

    languages = forms.CharField(
        label="Languages you work in",
        required=False,
        max_length=400,
        help_text="Short tags between commas: en, de. Tasks that name no language come too.",
    )
    declined = forms.MultipleChoiceField(
        label="Never give me",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tasks marked so go to others. No page shows others what you choose.",
    )
    veil = forms.BooleanField(
        label="Hide other sensitive texts until I ask for them",
        required=False,
        help_text="On the desk, v shows a text and Shift v all of them.",
    )

    def __init__(self, data: Any, *, membership: Membership) -> None:
        initial = {
            "languages": ", ".join(membership.languages),
            "declined": membership.declined,
            "veil": membership.veil,
        }
        super().__init__(data, initial=initial)
        categories = membership.project.sensitive
        choices = [(each["key"], each["label"]) for each in categories]
        if choices:
            self.fields["declined"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["declined"]
