"""Where the answers of a dialogue come from.

An app above registers how to find a project's provider, a callable that is given the conversation
and how many answers are wanted. Without one, answers are scripted: those that the task brought, or
that a file brought for the very same conversation.
"""

import logging
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from zlib import crc32

from django.core.exceptions import ValidationError

from annotation.dialogue.models import FEWEST_ANSWERS, Dialogue
from annotation.people.models import Project
from annotation.prompts.models import Completion, Prompt
from annotation.prompts.prompts import Messages, content_hash, text_hash
from annotation.texts import leaves_mark, newlines_plain, storable

Answer = tuple[str, str]
"""A text, and what wrote it: a name of up to 120 characters that no labeler is shown."""
Provider = Callable[[Messages, int], Iterable[Answer]]
"""Runs in a thread of its own, where it must not touch the database."""
Find = Callable[[Project], Provider | None]
"""Runs in the request; None where the project has no provider."""

SECONDS = 5.0
FAILED = "The model failed to answer. Try again, or write the answer yourself."
SLOW = "The model takes too long to answer. Try again, or write the answer yourself."
NONE = "There are no answers to choose among. Write the answer yourself."

_finds: list[Find] = []
# A provider that hangs keeps its thread: the others wait for one no longer than for an answer.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="answers")
log = logging.getLogger(__name__)


class AnswersUnavailableError(ValidationError):
    """No answers came; its words say what the labeler can do."""


def answers_register(find: Find) -> None:
    """Ask `find` for a project's provider, before those registered earlier."""
    if find not in _finds:
        _finds.insert(0, find)


def answers_get(
    *, project: Project, dialogue: Dialogue, messages: Messages, turn: int
) -> list[Answer]:
    """Two to `dialogue.answers` different answers to the conversation, whose `turn`-th they are.

    Takes SECONDS at most. Raises AnswersUnavailableError.
    """
    wanted = dialogue.answers
    provider = None if dialogue.script else provider_find(project)
    if provider is None:
        given = different(scripted(project, dialogue, messages, turn))
    else:
        given = provided(provider, messages, wanted)
    answers = given[:wanted]
    if len(answers) < FEWEST_ANSWERS:
        raise AnswersUnavailableError(NONE if provider is None else FAILED)
    return answers


def provider_find(project: Project) -> Provider | None:
    found = (find(project) for find in _finds)
    return next((provider for provider in found if provider is not None), None)


def provided(provider: Provider, messages: Messages, wanted: int) -> list[Answer]:
    """What the provider says in time. Whatever goes wrong in it, the labeler is told."""
    future = _threads.submit(lambda: different(provider(messages, wanted)))
    try:
        return future.result(timeout=SECONDS)
    except TimeoutError as error:
        future.cancel()
        raise AnswersUnavailableError(SLOW) from error
    except Exception as error:
        log.exception("A provider of answers failed")
        raise AnswersUnavailableError(FAILED) from error


def different(given: Iterable[Answer]) -> list[Answer]:
    """Those that can be shown and stored, each text once."""
    found: dict[str, Answer] = {}
    for text, origin in given:
        plain = newlines_plain(text)
        if storable(plain) and leaves_mark(plain):
            found.setdefault(text_hash(plain), (plain, origin[:120]))
    return list(found.values())


def scripted(project: Project, dialogue: Dialogue, messages: Messages, turn: int) -> list[Answer]:
    """The script's answers of this turn, or else completions of the same conversation.

    Of many completions some are drawn, by the conversation: asked again, the same ones.
    """
    if dialogue.script:
        texts = dialogue.script[turn] if turn < len(dialogue.script) else []
        return [(text, "script") for text in texts]
    digest = content_hash(messages)
    prompts = Prompt.objects.filter(project=project, content_hash=digest).visible()
    completions = Completion.objects.filter(prompt__in=prompts).order_by("pk")
    found = [(text, "completion") for text in completions.values_list("text", flat=True)]
    random.Random(crc32(digest.encode())).shuffle(found)
    return found
