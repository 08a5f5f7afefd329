"""The forms by which an admin composes a step, and by which people grade and decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.gold.models import Gold
from annotation.onboarding.content import CUTOFFS, GOLD_PURPOSES, content_new
from annotation.onboarding.decisions import MOST_WORDS
from annotation.onboarding.grades import MOST_NOTE
from annotation.onboarding.models import OnboardingStep, ScreeningDecision
from annotation.onboarding.quiz_text import (
    blocks_read,
    blocks_write,
    flagged_read,
    flagged_write,
    quiz_read,
    quiz_write,
)
from annotation.people.models import Project
from annotation.texts import lines_of, newlines_plain

Kind = OnboardingStep.Kind
Said = dict[str, Any]
MOST_TYPED = 200_000


def typed(label: Any, rows: int, help_text: Any = "", **more: Any) -> forms.CharField:
    """A text of several lines."""
    attrs = {"rows": rows, **more.pop("attrs", {})}
    return forms.CharField(
        label=label,
        required=more.pop("required", False),
        strip=False,
        max_length=MOST_TYPED,
        widget=forms.Textarea(attrs=attrs),
        help_text=help_text,
    )


MONO = {"class": "mono", "spellcheck": "false"}
EXAMPLE = _("What comes first?\n( ) A long answer\n(x) A helpful one\n> Nobody asks for length.")


class StepForm(forms.Form):
    """What a step of any kind has. A form of a kind says in `content` what it asks."""

    kind: str = ""

    title = forms.CharField(label=_("Title"), max_length=120)
    body = typed(_("Text"), 8, _("Markdown. Shown before anything is asked."))

    def __init__(self, project: Project, step: OnboardingStep | None, said: Any = None) -> None:
        self.project, self.step = project, step
        begins = {"title": Kind(self.kind).label, **self.written(content_new(self.kind))}
        super().__init__(said, initial=self.initial_of(step) if step else begins)
        self.fields_fill()

    def fields_fill(self) -> None:
        """What depends on the project, or on whether the step is a new one."""

    @classmethod
    def initial_of(cls, step: OnboardingStep) -> Said:
        settings = ("title", "body", "pass_mark", "tries", "wait_minutes")
        return {name: getattr(step, name) for name in settings} | cls.written(step.content)

    @classmethod
    def written(cls, content: Said) -> Said:
        """The content as the form's fields have it."""
        return content

    def content(self) -> Said:
        raise NotImplementedError

    def said(self) -> Said:
        """As step_create and step_update take it."""
        data = self.cleaned_data
        settings = {name: data[name] for name in SETTINGS if name in data}
        body = newlines_plain(data["body"]).strip("\n")
        return {"title": data["title"], "body": body, "content": self.content(), **settings}


SETTINGS = ("pass_mark", "tries", "wait_minutes")


class AskForm(StepForm):
    """What is acknowledged can be asked of those at work too, and again."""

    ask = forms.BooleanField(required=False)

    def fields_fill(self) -> None:
        field = self.fields["ask"]
        if self.step is None:
            field.label = _("Ask labelers who are at work already")
            field.help_text = _("Before their next task. Else only new ones are asked.")
        else:
            field.label = _("Ask again everybody who has answered before")
            field.help_text = _("Labelers at work before their next task. For a mended typo: no.")


class ReadForm(AskForm):
    kind = Kind.READ
    instructions = forms.BooleanField(label=_("Show the project’s instructions"), required=False)
    ask_again = forms.BooleanField(
        label=_("Ask again whenever the instructions change"), required=False, initial=True
    )
    field_order = ["title", "body", "instructions", "ask_again", "ask"]

    def content(self) -> Said:
        names = ("instructions", "ask_again")
        return {name: self.cleaned_data[name] for name in names}


class ConsentForm(AskForm):
    kind = Kind.CONSENT
    statement = typed(
        _("What they agree to"), 6, _("Markdown. Kept with each answer, by version."), required=True
    )
    field_order = ["title", "body", "statement", "ask"]

    def content(self) -> Said:
        return {"statement": newlines_plain(self.cleaned_data["statement"])}


class TriesForm(StepForm):
    tries = forms.IntegerField(
        label=_("Tries"), min_value=0, max_value=100, initial=3, help_text=_("0: any number.")
    )
    wait_minutes = forms.IntegerField(
        label=_("Wait between tries, minutes"), min_value=0, max_value=90 * 24 * 60, initial=0
    )


class QuizForm(TriesForm):
    kind = Kind.QUIZ
    questions = typed(
        _("Questions"),
        14,
        _(
            "( ) and (x) before options of which one is right, [ ] and [x] where several may be; "
            "> explains, after it is answered."
        ),
        required=True,
        attrs={**MONO, "placeholder": EXAMPLE},
    )
    pass_mark = forms.IntegerField(
        label=_("Passed from, %"), min_value=0, max_value=100, initial=80
    )
    field_order = ["title", "body", "questions", "pass_mark", "tries", "wait_minutes"]

    @classmethod
    def written(cls, content: Said) -> Said:
        return {"questions": quiz_write(content["questions"])}

    def clean_questions(self) -> list[Said]:
        return quiz_read(newlines_plain(self.cleaned_data["questions"]))

    def content(self) -> Said:
        return {"questions": self.cleaned_data["questions"]}


class GoldsForm(StepForm):
    """A step that asks for rankings whose right order is known."""

    golds = forms.TypedMultipleChoiceField(
        label=_("Gold rankings"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def fields_fill(self) -> None:
        purpose = GOLD_PURPOSES[Kind(self.kind)]
        rows = Gold.objects.filter(
            project=self.project, task__purpose=purpose, retired_at=None
        ).select_related("task__prompt")
        field: Any = self.fields["golds"]
        field.choices = [(gold.pk, gold_named(gold)) for gold in rows.order_by("pk")[:100]]
        if not field.choices:
            field.help_text = _("There is none yet: add some under Quality, Gold, for this use.")


class PracticeForm(GoldsForm):
    kind = Kind.PRACTICE

    def content(self) -> Said:
        return {"golds": self.cleaned_data["golds"]}


class ScreeningForm(TriesForm, GoldsForm):
    kind = Kind.SCREENING
    question = forms.CharField(label=_("Question about each text"), max_length=500)
    texts = typed(
        _("Texts to flag"),
        8,
        _("[x] before each that is sensitive in your view, [ ] before each that is not."),
        attrs=MONO,
    )
    demonstrations = typed(
        _("Prompts to answer"),
        8,
        _("Between two of them a line of ---. Reviewers grade the answers 1 to 7."),
        attrs=MONO,
    )
    topics = typed(_("Topics"), 4, _("One a line. Candidates say how well they know each."))
    cutoff_sensitive = forms.FloatField(
        label=_("Flags: agreement from, %"), min_value=0, max_value=100
    )
    cutoff_ranking = forms.FloatField(
        label=_("Rankings: agreement from, %"), min_value=0, max_value=100
    )
    cutoff_demonstrations = forms.FloatField(
        label=_("Answers: mean grade from"), min_value=1, max_value=7
    )
    field_order = [
        *("title", "body", "question", "texts", "golds", "demonstrations", "topics"),
        *("cutoff_sensitive", "cutoff_ranking", "cutoff_demonstrations"),
        *("tries", "wait_minutes"),
    ]

    @classmethod
    def written(cls, content: Said) -> Said:
        cutoffs = {f"cutoff_{name}": value for name, value in content["cutoffs"].items()}
        return {
            "question": content["question"],
            "golds": content["golds"],
            "texts": flagged_write(content["texts"]),
            "demonstrations": blocks_write(content["demonstrations"]),
            "topics": "\n".join(content["topics"]),
            **cutoffs,
        }

    def clean_texts(self) -> list[Said]:
        return flagged_read(newlines_plain(self.cleaned_data["texts"]))

    def content(self) -> Said:
        data = self.cleaned_data
        return {
            "question": data["question"],
            "texts": data["texts"],
            "golds": data["golds"],
            "demonstrations": blocks_read(newlines_plain(data["demonstrations"])),
            "topics": lines_of(data["topics"]),
            "cutoffs": {name: data[f"cutoff_{name}"] for name in CUTOFFS},
        }


def gold_named(gold: Gold) -> str:
    said = " ".join(gold.task.messages[-1]["content"].split())
    return f"{gold.pk} · {said[:120]}{'…' if len(said) > 120 else ''}"


STEP_FORMS: dict[str, type[StepForm]] = {
    Kind.READ: ReadForm,
    Kind.CONSENT: ConsentForm,
    Kind.QUIZ: QuizForm,
    Kind.PRACTICE: PracticeForm,
    Kind.SCREENING: ScreeningForm,
}


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
        help_text=_(
            "Trying again goes by the step’s rules while they leave a try; else it is one more, "
            "at once."
        ),
    )
    note = forms.CharField(
        label=_("Note for the team"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    message = forms.CharField(
        label=_("Message to the candidate"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They read it beside the decision, and in the e-mail."),
    )

    def __init__(self, outcomes: list[str], said: Any = None) -> None:
        super().__init__(said)
        labels = ScreeningDecision.Outcome
        field: Any = self.fields["outcome"]
        field.choices = [(each, labels(each).label) for each in outcomes]


class GradeForm(forms.Form):
    grade = forms.TypedChoiceField(
        label=_("Grade, 1 worst to 7 best"),
        coerce=int,
        choices=[(each, str(each)) for each in range(1, 8)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Give a grade from 1 to 7.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands on the sheet, with your name."),
    )
