"""The one shape that every form of line is read into."""

from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError

from annotation.prompts.marks import Marks
from annotation.prompts.prompts import Messages, messages_validate
from annotation.texts import newlines_plain, text_validate

MAX_ANSWERS = 100
MAX_NAME = 120


class LineError(ValueError):
    """A line that cannot be taken. The message says why, and what to change."""


def readable(text: str) -> str:
    """Words that quote a file, as pages and both databases can hold them (see texts.py)."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "")


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

    `annotations` are keys of a rubric.
    """

    messages: Messages
    demonstration: str = ""
    answers: tuple[Answer, ...] = ()
    labeler: str = ""
    strength: int | None = None
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
    """A line as read. `unknown`: fields and values in it that nothing reads, in words."""

    form: str
    records: tuple[Record, ...]
    unknown: tuple[str, ...] = ()


def record_validate(record: Record) -> Record:
    """Return the record if the database can hold it, its line breaks plain; raises LineError.

    Blank answers pass: real files hold them, and the plan leaves them out with a note.
    """
    try:
        messages_validate(record.messages)
        if record.demonstration:
            text_validate(record.demonstration, what="The completion")
        for number, answer in enumerate(record.answers, start=1):
            text_validate(answer.text, what=f"Answer {number}", blank=True)
            name_validate(answer.author, f"The model of answer {number}")
            for flag in answer.flags:
                name_validate(flag, f"A flag of answer {number}")
        for key in record.annotations:
            name_validate(key, "An annotation")
        name_validate(record.labeler, "The labeler")
        name_validate(record.contributor, "The contributor")
    except ValidationError as error:
        raise LineError(" ".join(error.messages)) from error
    if len(record.answers) > MAX_ANSWERS:
        raise LineError(f"{len(record.answers)} answers: at most {MAX_ANSWERS} a prompt are taken.")
    if any((answer.rank is None) == record.ranked for answer in record.answers):
        raise LineError("Some answers have a rank and some have none: rank all of them or none.")
    return replace(record, demonstration=newlines_plain(record.demonstration))


def name_validate(name: str, what: str) -> None:
    text_validate(name, what=what, limit=MAX_NAME, blank=True)
