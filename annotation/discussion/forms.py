"""What members write, and how often they want e-mails."""

from django import forms
from django.utils.translation import gettext_lazy

from annotation.discussion.models import Digest
from annotation.discussion.writing import MOST_TEXT


class MessageForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Message"),
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("Markdown. @ and a name tells that person."),
    )
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput)


class DigestForm(forms.Form):
    every = forms.ChoiceField(
        label=gettext_lazy("When I am named, or answered"),
        choices=Digest.Every.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Only of what you have not read by then; with nothing new, none."),
    )
