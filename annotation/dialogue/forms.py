"""The form that asks for dialogues. What it accepts the domain checks once more."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotation.dialogue.models import FEWEST_ANSWERS, MOST_ANSWERS, MOST_TURNS, Mode
from annotation.dialogue.tasks import MOST_ASKED
from annotation.pool.prompt_forms import MarksForm
from annotation.prompts.marks import Marks, marks_read


class DialoguesForm(MarksForm):
    count = forms.IntegerField(label=_("Dialogues"), min_value=1, max_value=MOST_ASKED, initial=10)
    mode = forms.ChoiceField(
        label=_("At each turn, labelers"),
        choices=[
            (Mode.CHOOSE, _("choose the better of several answers")),
            (Mode.BOTH_SIDES, _("write the answer themselves")),
        ],
        initial=Mode.CHOOSE,
        widget=forms.RadioSelect,
    )
    topics = forms.CharField(
        label=_("Topics"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What to talk about, one topic a line. They are dealt out in turn; with "
            "none, labelers talk about what they like."
        ),
    )
    system = forms.CharField(
        label=_("System message"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every dialogue begins with it. Empty: none."),
    )
    min_turns = forms.IntegerField(
        label=_("Fewest turns"), min_value=1, max_value=MOST_TURNS, initial=2
    )
    max_turns = forms.IntegerField(
        label=_("Most turns"), min_value=1, max_value=MOST_TURNS, initial=6
    )
    answers = forms.IntegerField(
        label=_("Answers at each turn"),
        min_value=FEWEST_ANSWERS,
        max_value=MOST_ANSWERS,
        initial=FEWEST_ANSWERS,
        help_text=_("To choose among."),
    )
    script = forms.CharField(
        label=_("Scripted answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            'A JSON list with a list of answers for each turn: [["Yes.", "No."], '
            '["Why?", "How so?"]].'
        ),
    )

    def marks(self) -> Marks:
        """What the form says of whom the tasks may go to, taken out of its data.

        Raises ValidationError by field."""
        names = ("language", "skills", "sensitive")
        said = {name: self.cleaned_data.pop(name) for name in names if name in self.cleaned_data}
        return marks_read(**said)

    def clean_topics(self) -> list[str]:
        topics: str = self.cleaned_data["topics"]
        return topics.splitlines()

    def clean_script(self) -> Any:
        """What the text says in JSON; the domain looks at what that is."""
        try:
            return json.loads(self.cleaned_data["script"] or "[]")
        except (ValueError, RecursionError) as error:
            raise ValidationError(gettext("This is not JSON.")) from error
