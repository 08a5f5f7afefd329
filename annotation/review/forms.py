"""Forms of the reviewers' pages: what is looked for, and what a project asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.form_fields import number_field
from annotation.people.models import MembershipRole, Project, User
from annotation.people.rubric import rubric_whole
from annotation.queue.models import Task
from annotation.review.models import ReviewItem, ReviewRules
from annotation.review.reading import WHY, Wanted
from annotation.review.rules import rules_of

KINDS = (
    (Task.Kind.RANKING, gettext_lazy("Rankings")),
    (Task.Kind.DEMONSTRATION, gettext_lazy("Demonstrations")),
)


class QueueForm(forms.Form):
    """Which tasks of the queue; what is left empty narrows nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=ReviewItem.State.choices, required=False
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    labeler = forms.ModelChoiceField(
        label=gettext_lazy("Labeler"), queryset=User.objects.none(), required=False
    )

    def __init__(self, project: Project, said: Any, *, named: bool) -> None:
        super().__init__(said)
        offered: dict[str, list[Any]] = {
            "reason": [*WHY.items(), ("asked", _("Asked by the project"))],
            "kind": list(KINDS),
        }
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = [("", _("Any")), *choices]
        if not named:  # who is looked for would be told by what is found
            del self.fields["labeler"]
            return
        labelers: Any = self.fields["labeler"]
        labelers.empty_label = _("Any")
        labelers.queryset = User.objects.filter(
            memberships__project=project, memberships__roles__role=MembershipRole.Role.LABELER
        ).order_by("username")

    def wanted(self) -> Wanted:
        """What cannot be looked for narrows nothing either."""
        self.is_valid()
        data = self.cleaned_data
        labeler = data.get("labeler")
        return Wanted(
            state=data.get("state") or ReviewItem.State.WAITING,
            kind=data.get("kind") or "",
            reason=data.get("reason") or "",
            labeler=labeler.pk if labeler else None,
        )

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class RulesForm(forms.Form):
    """What the project asks of its reviewers; the domain checks it together."""

    asked = forms.ChoiceField(
        label=gettext_lazy("To be reviewed"), choices=ReviewRules.Asked.choices
    )
    share = number_field(ReviewRules, "share", label=gettext_lazy("Share of everything else, %"))
    needed = forms.BooleanField(
        label=gettext_lazy("Train on it only once it is accepted"),
        required=False,
        help_text=gettext_lazy("On what is to be reviewed, as said above."),
    )
    agreement_below = number_field(
        ReviewRules,
        "agreement_below",
        label=gettext_lazy("Labelers disagree below, %"),
        help_text=gettext_lazy(
            "Pairs of a task's answers that its labelers order alike. 0: never."
        ),
    )
    flags = forms.MultipleChoiceField(
        label=gettext_lazy("Flags that ask for a look"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    names_hidden = forms.BooleanField(
        label=gettext_lazy("Reviewers are not told who said what"),
        required=False,
        help_text=gettext_lazy("Admins are."),
    )

    def __init__(self, project: Project, said: Any = None) -> None:
        rules = rules_of(project)
        super().__init__(said, initial=vars(rules))
        asked = rubric_whole(project.rubric)["flags"]
        labels = {flag["key"]: flag["label"] for flag in asked}
        kept = {key: key for key in rules.flags if key not in labels}
        field: Any = self.fields["flags"]
        field.choices = list({**labels, **kept}.items())
