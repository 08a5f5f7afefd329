"""The one shape that every form of line is read into."""

from dataclasses import dataclass, field, replace

from annotation.prompts.marks import Marks
from annotation.prompts.prompts import Messages, messages_validate
from annotation.texts import newlines_plain, text_validate
from annotation.words import Refusal, Value, Words
from annotation.words import gettext_words as _

MAX_ANSWERS = 100
MAX_NAME = 120


class LineError(ValueError):
    """A line that cannot be taken. The reason says why, and what to change."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """A completion as a file gives it. `rank` 1 is best, equal ranks tie, None is unranked;
    `likert` is 1 (worst) to 7; `flags` are keys of a rubric; `severity` is 0 to 4 (the worst).
    """

    text: str
    author: str = ""
    rank: int | None = None
    likert: int | None = None
    flags: tuple[str, ...] = ()
    severity: int | None = None


@dataclass(frozen=True)
class Record:
    """A prompt with what the line says about it: a demonstration, answers, or their ranking.

    `annotations` are keys of a rubric; `aim` is the end that `strength` is of.
    """

    messages: Messages
    demonstration: str = ""
    answers: tuple[Answer, ...] = ()
    labeler: str = ""
    strength: int | None = None
    aim: str = "best"
    annotations: tuple[str, ...] = ()
    use_case: str = "other"
    contributor: str = ""
    split: str | None = None
    marks: Marks = field(default_factory=Marks)

    @property
    def ranked(self) -> bool:
        return bool(self.answers) and self.answers[0].rank is not None


@dataclass(frozen=True)
class Parsed:
    """A line as read. `unknown`: fields and values in it that nothing reads."""

    form: str
    records: tuple[Record, ...]
    unknown: tuple[Words, ...] = ()


def record_validate(record: Record) -> Record:
    """Return the record if the database can hold it, its line breaks plain; raises LineError.

    Blank answers pass: real files hold them, and the plan leaves them out with a note.
    """
    try:
        messages_validate(record.messages)
        if record.demonstration:
            text_validate(record.demonstration, what=_("The completion"))
        for number, answer in enumerate(record.answers, start=1):
            answer_validate(answer, number)
        for key in record.annotations:
            name_validate(key, _("An annotation"))
        name_validate(record.labeler, _("The labeler"))
        name_validate(record.contributor, _("The contributor"))
    except Refusal as error:
        raise LineError(error.words) from error
    if len(record.answers) > MAX_ANSWERS:
        raise LineError(
            _("%(count)s answers: at most %(max_answers)s a prompt are taken.")
            % {"count": len(record.answers), "max_answers": MAX_ANSWERS}
        )
    if any((answer.rank is None) == record.ranked for answer in record.answers):
        raise LineError(_("Some answers have a rank and some have none: rank all of them or none."))
    return replace(record, demonstration=newlines_plain(record.demonstration))


def answer_validate(answer: Answer, number: int) -> None:
    what = _("Answer %(number)s") % {"number": number}
    text_validate(answer.text, what=what, blank=True)
    name_validate(answer.author, _("The model of answer %(number)s") % {"number": number})
    for flag in answer.flags:
        name_validate(flag, _("A flag of answer %(number)s") % {"number": number})


def name_validate(name: str, what: Value) -> None:
    text_validate(name, what=what, limit=MAX_NAME, blank=True)
