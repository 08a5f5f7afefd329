"""The forms of a project's settings and members. What they accept the domain checks once more."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Membership, MembershipRole, Project, SuggestionsOffered
from annotation.people.project_part import project_number
from annotation.people.queue_form import QueueForm
from annotation.people.red_team_form import RedTeamForm
from annotation.people.rubric_form import RubricForm
from annotation.texts import newlines_plain


class ProjectForm(QueueForm, RubricForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    instructions = forms.CharField(
        required=False,
        label=gettext_lazy("Markdown"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Labelers see it beside every task."),
    )
    k_min = forms.IntegerField(
        label=gettext_lazy("Fewest answers in a ranking"), min_value=4, max_value=9, initial=4
    )
    k_max = forms.IntegerField(label=gettext_lazy("Most"), min_value=4, max_value=9, initial=9)
    overlap = project_number(
        "overlap",
        required=True,
        label=gettext_lazy("People per task"),
        help_text=gettext_lazy(
            "More than one measures agreement. Raising it reopens finished tasks."
        ),
    )
    lease_minutes = project_number(
        "lease_minutes",
        required=True,
        label=gettext_lazy("Lease, minutes"),
        help_text=gettext_lazy("How long a task stays with a person who has gone quiet."),
    )

    def clean_instructions(self) -> str:
        """What a form does to newlines is no new text: an unchanged one stays as it is stored."""
        text = newlines_plain(self.cleaned_data["instructions"])
        stored = str(self.initial.get("instructions", ""))
        return stored if newlines_plain(stored) == text else text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("k_min") and data.get("k_max") and data["k_min"] > data["k_max"]:
            self.add_error("k_max", _("Must not be less than the fewest."))
        return data


class ProjectEditForm(RedTeamForm, ProjectForm):
    """What a new project is made with, and what is opened later."""

    prompts_wanted = forms.IntegerField(
        label=gettext_lazy("Prompts wanted"),
        min_value=0,
        max_value=1_000_000,
        help_text=gettext_lazy("From labelers, in all. 0 closes the page on which they write."),
    )
    prompts_per_day = forms.IntegerField(
        label=gettext_lazy("Most a day"),
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy("By one labeler. 0 sets no limit."),
    )
    prompts_ask = forms.BooleanField(
        label=gettext_lazy("Ask labelers at once for answers to them"),
        required=False,
        help_text=gettext_lazy("Else they wait until you ask on the overview."),
    )
    user_stories = forms.CharField(
        label=gettext_lazy("User stories"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "What your users want to do, one a line. Labelers are given one to write for."
        ),
    )

    suggestions = forms.ChoiceField(
        label=gettext_lazy("Suggest texts to start from"),
        choices=SuggestionsOffered.choices,
        required=False,
        help_text=gettext_lazy(
            "Labelers may ask for a model's answer and make it their own. What a demonstration "
            "began from is stored, and how much of it was kept."
        ),
    )

    def clean_user_stories(self) -> str:
        return newlines_plain(self.cleaned_data["user_stories"])


class ProjectCreateForm(ProjectForm):
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Stands in every link. Made from the name when left empty."),
    )
    field_order = ["name", "slug"]

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug and Project.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another project has this address."))
        return str(slug)


class MemberForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=MembershipRole.Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=Membership.State.choices,
        initial=Membership.State.ACTIVE,
        required=True,
    )
    heldout = forms.BooleanField(
        label=gettext_lazy("Held out"),
        required=False,
        help_text=gettext_lazy(
            "Is given evaluation tasks only: nothing this person says ever trains."
        ),
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Such as en, de. Tasks in others go elsewhere."),
    )
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        max_length=2_000,
        help_text=gettext_lazy("Tags such as law, sql. Tasks may ask for them."),
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
        label=gettext_lazy("Username"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,  # as sign-in takes it
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Only for a new account. Leave it empty when the person has one."),
    )
    field_order = ["username", "email", "password", "roles", "state", "heldout"]


class OwnWorkForm(forms.Form):
    """What a labeler says about the work they want."""

    languages = forms.CharField(
        label=gettext_lazy("Languages you work in"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "Short tags between commas: en, de. Tasks that name no language come too."
        ),
    )
    declined = forms.MultipleChoiceField(
        label=gettext_lazy("Never give me"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Tasks marked so go to others. No page shows others what you choose."
        ),
    )
    veil = forms.BooleanField(
        label=gettext_lazy("Hide other sensitive texts until I ask for them"),
        required=False,
        help_text=gettext_lazy("On the desk, p shows a text and Shift p all of them."),
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
