"""A quiz, and texts to flag, as an admin types them into one field.

    What comes first?
    ( ) A long answer
    (x) A helpful one
    > Length is not what users ask for.

A question ends where the next begins: at the first line after its options that is none of them.
Round brackets are for one right option, square ones for any number; lines after > explain.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

OPTION = re.compile(r"^([(\[])\s*([xX]?)\s*([)\]])\s*(.*)$")


def quiz_read(text: str) -> list[dict[str, Any]]:
    """The questions of a quiz, as content.py has them. Raises ValidationError by the line."""
    questions: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        option = OPTION.match(said)
        if option:
            option_read(questions, option, number)
        elif said.startswith(">"):
            asked_check(questions, number)
            before = questions[-1]["explanation"]
            questions[-1]["explanation"] = f"{before}\n{said[1:].strip()}".strip("\n")
        elif said or (questions and not questions[-1]["options"]):
            text_read(questions, line.rstrip())
    for question in questions:
        question["text"] = question["text"].strip()
    return questions


def asked_check(questions: list[dict[str, Any]], number: int) -> None:
    if not questions:
        raise ValidationError(_("Line %(number)s: ask something first.") % {"number": number})


def option_read(questions: list[dict[str, Any]], option: re.Match[str], number: int) -> None:
    opened, mark, closed, text = option.groups()
    if (opened, closed) not in (("(", ")"), ("[", "]")):
        raise ValidationError(
            _("Line %(number)s: brackets of one kind, as (x) or [x].") % {"number": number}
        )
    asked_check(questions, number)
    multiple = opened == "["
    question = questions[-1]
    if question["options"] and question["multiple"] != multiple:
        raise ValidationError(
            _("Line %(number)s: all options of a question have the same brackets.")
            % {"number": number}
        )
    question["multiple"] = multiple
    question["options"].append({"text": text.strip(), "right": bool(mark)})


def text_read(questions: list[dict[str, Any]], line: str) -> None:
    """A line of a question: the first of a new one after the options of the last."""
    if not questions or questions[-1]["options"]:
        questions.append({"text": line, "multiple": False, "options": [], "explanation": ""})
    else:
        questions[-1]["text"] += f"\n{line}"


def quiz_write(questions: list[dict[str, Any]]) -> str:
    return "\n\n".join(question_write(each) for each in questions)


def question_write(question: dict[str, Any]) -> str:
    opened, closed = "[]" if question["multiple"] else "()"
    options = [
        f"{opened}{'x' if each['right'] else ' '}{closed} {each['text']}"
        for each in question["options"]
    ]
    why = [f"> {line}" for line in question["explanation"].splitlines()]
    return "\n".join([question["text"], *options, *why])


def flagged_read(text: str) -> list[dict[str, Any]]:
    """Texts to flag, one after a [x] or [ ] each; a text may go on over further lines."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        option = OPTION.match(line.strip())
        if option:
            found.append({"text": option.group(4), "sensitive": bool(option.group(2))})
        elif found:
            found[-1]["text"] += f"\n{line.rstrip()}"
        elif line.strip():
            raise ValidationError(
                _("Line %(number)s: begin each text with [x] or [ ].") % {"number": number}
            )
    return [{**each, "text": each["text"].strip()} for each in found]


def flagged_write(texts: list[dict[str, Any]]) -> str:
    return "\n".join(f"[{'x' if each['sensitive'] else ' '}] {each['text']}" for each in texts)


def blocks_read(text: str) -> list[str]:
    """Texts of several lines, between lines that hold --- alone."""
    blocks = re.split(r"(?m)^\s*-{3,}\s*$", text)
    return [block.strip() for block in blocks if block.strip()]


def blocks_write(texts: list[str]) -> str:
    return "\n---\n".join(texts)
