"""Dialogue tasks: what they ask for is checked and written with them."""

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.dialogue.models import (
    FEWEST_ANSWERS,
    MOST_ANSWERS,
    MOST_TURNS,
    Dialogue,
    Mode,
)
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.prompts.marks import NONE, Marks, marks_joined
from annotation.prompts.models import Prompt
from annotation.prompts.prompts import text_hash
from annotation.queue.models import Task
from annotation.queue.routes import Routes
from annotation.queue.tasks import FOLLOWS_PROJECT
from annotation.texts import json_validate, newlines_plain, text_validate

MOST_ASKED = 1_000
MAX_TOPIC = 2_000
MAX_SYSTEM = 20_000

Script = list[list[str]]


def dialogues_ask(
    *,
    actor: User | None,
    project: Project,
    count: int,
    mode: str = Mode.CHOOSE,
    topics: Sequence[str] = (),
    prompts: Sequence[Prompt] = (),
    system: str = "",
    answers: int = FEWEST_ANSWERS,
    min_turns: int = 1,
    max_turns: int = 6,
    script: Script | None = None,
    purpose: str = Task.Purpose.TRAIN,
    priority: int = 0,
    marks: Marks = NONE,
) -> list[Task]:
    """Put `count` dialogue tasks into the queue. Returns them.

    They take the topics in turn, and the prompts: a dialogue with a prompt begins with an answer
    to it, one without with what its labeler says. `marks`, of whom they may go to, add to those
    of the prompts, but a language takes the place of theirs. Raises ValidationError by field.
    """
    if not 1 <= count <= MOST_ASKED:
        raise ValidationError(
            {
                "count": _("Ask for 1 to %(most)s dialogues at a time.")
                % {"most": intcomma(MOST_ASKED)}
            }
        )
    fields: dict[str, Any] = {
        "mode": mode,
        "system": newlines_plain(system),
        "answers": answers,
        "min_turns": min_turns,
        "max_turns": max_turns,
        "script": script_validate(script or [], answers=answers),
    }
    dialogue_validate(**fields)
    topics = topics_validate(topics)
    if purpose not in FOLLOWS_PROJECT:
        raise ValidationError({"purpose": _("A dialogue is for training or for evaluation.")})
    if any(prompt.project_id != project.pk for prompt in prompts):
        raise ValidationError({"prompts": _("A prompt belongs to another project.")})
    if system and any(prompt.messages[0]["role"] == "system" for prompt in prompts):
        raise ValidationError({"system": _("A prompt has a system message of its own.")})
    with transaction.atomic():
        routes = Routes(project)
        asked = [prompts[number % len(prompts)] if prompts else None for number in range(count)]
        tasks = Task.objects.bulk_create(
            Task(
                project=project,
                kind=Task.Kind.DIALOGUE,
                purpose=purpose,
                route=routes.get(
                    kind=Task.Kind.DIALOGUE, purpose=purpose, marks=marks_joined(prompt, marks)
                ),
                prompt=prompt,
                overlap=project.overlap,
                priority=priority,
            )
            for prompt in asked
        )
        Dialogue.objects.bulk_create(
            Dialogue(task=task, topic=topics[number % len(topics)] if topics else "", **fields)
            for number, task in enumerate(tasks)
        )
        audit(
            project=project,
            actor=actor,
            verb="dialogues_ask",
            target=project.slug,
            count=count,
            mode=mode,
        )
    return tasks


def dialogue_validate(
    *, mode: str, system: str, answers: int, min_turns: int, max_turns: int, script: Script
) -> None:
    if mode not in Mode.values:
        raise ValidationError({"mode": _("Unknown mode: %(mode)s.") % {"mode": mode}})
    if not FEWEST_ANSWERS <= answers <= MOST_ANSWERS:
        raise ValidationError(
            {
                "answers": _("Show %(fewest)s to %(most)s answers at each turn.")
                % {"fewest": FEWEST_ANSWERS, "most": MOST_ANSWERS}
            }
        )
    if not 1 <= max_turns <= MOST_TURNS:
        raise ValidationError(
            {"max_turns": _("A dialogue has 1 to %(most)s turns.") % {"most": MOST_TURNS}}
        )
    if not 1 <= min_turns <= max_turns:
        raise ValidationError({"min_turns": _("The fewest turns lie between 1 and the most.")})
    if script and mode != Mode.CHOOSE:
        raise ValidationError(
            {"script": _("Nothing is chosen among where both sides are written.")}
        )
    field_text(system, field="system", what=_("The system message"), limit=MAX_SYSTEM)


def field_text(text: str, *, field: str, what: str, limit: int) -> None:
    try:
        text_validate(text, what=what, limit=limit, blank=True)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


def topics_validate(topics: Sequence[str]) -> list[str]:
    kept = [newlines_plain(topic).strip() for topic in topics]
    for topic in kept:
        field_text(topic, field="topics", what=_("A topic"), limit=MAX_TOPIC)
    return [topic for topic in kept if topic]


def script_validate(script: Any, *, answers: int) -> Script:
    """Answers for each turn: at least two different ones, of which no more than `answers` show."""
    wrong = {"script": "A script is a list with a list of texts for each turn."}
    if not isinstance(script, list) or not all(isinstance(turn, list) for turn in script):
        raise ValidationError(wrong)
    try:
        json_validate(script, what=_("The script"))
        for turn in script:
            for text in turn:
                text_validate(text, what=_("A scripted answer"))
    except ValidationError as error:
        raise ValidationError({"script": error.messages}) from error
    for number, turn in enumerate(script, start=1):
        if not FEWEST_ANSWERS <= len({text_hash(text) for text in turn}) == len(turn) <= answers:
            raise ValidationError(
                {
                    "script": _(
                        "Turn %(number)s of the script needs %(fewest)s to %(answers)s "
                        "different answers."
                    )
                    % {"number": number, "fewest": FEWEST_ANSWERS, "answers": answers}
                }
            )
    return [[newlines_plain(text) for text in turn] for turn in script]
