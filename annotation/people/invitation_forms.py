"""Forms of invitations: what is offered, and to whom; and who comes."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils.translation import gettext_lazy

from annotation.people.forms import MemberForm
from annotation.people.invitations import MOST_AT_ONCE, MOST_DAYS, MOST_USES
from annotation.people.models import Membership, User

BEGINS = [
    (Membership.State.ACTIVE.value, Membership.State.ACTIVE.label),
    (Membership.State.ONBOARDING.value, Membership.State.ONBOARDING.label),
]


class OfferForm(MemberForm):
    """What an invitation makes of whoever accepts it."""

    state = forms.ChoiceField(label=gettext_lazy("Begins as"), choices=BEGINS)
    days = forms.IntegerField(
        label=gettext_lazy("Open for, days"), min_value=1, max_value=MOST_DAYS, initial=14
    )


class InviteByEmailForm(OfferForm):
    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        max_length=100 * MOST_AT_ONCE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "As you have them: one a line, or between commas. Each gets a link of its own."
        ),
    )
    field_order = ["emails", "roles", "state", "heldout", "languages", "skills", "days"]


class InviteByLinkForm(OfferForm):
    note = forms.CharField(
        label=gettext_lazy("Whom it is for"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Only admins see it: it tells links apart."),
    )
    most_uses = forms.IntegerField(
        label=gettext_lazy("People at most"), min_value=1, max_value=MOST_USES, initial=1
    )
    field_order = ["note", "roles", "state", "heldout", "languages", "skills", "days", "most_uses"]


class RegistrationForm(BaseUserCreationForm):  # type: ignore[type-arg]  # not at run time
    """A new account. An invitation by e-mail knows the address already."""

    class Meta:
        model = User
        fields = ("username", "email")

    def __init__(self, data: Any = None, *, asks_email: bool) -> None:
        super().__init__(data)
        if asks_email:
            self.fields["email"].help_text = gettext_lazy(
                "A link for a new password goes here when you forget yours."
            )
        else:
            del self.fields["email"]
