"""What can answer a prompt: the texts that are stored with it, and whatever an app above registers.

An app registers how to find a project's provider, a callable that is given the conversation and how
many answers are wanted; and what it knows of who wrote a stored answer.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from annotation.people.models import Project
from annotation.prompts.models import Completion, CompletionOrigin, ImportBatch, Prompt
from annotation.prompts.prompts import Messages, content_hash, text_hash
from annotation.texts import leaves_mark, newlines_plain, storable

MAX_ORIGIN = 120
Answer = tuple[str, str]
"""A text, and what wrote it: a name of up to MAX_ORIGIN characters, hidden from labelers."""
Provider = Callable[[Messages, int], Iterable[Answer]]
"""Runs in a thread of its own, where it must not touch the database."""
Find = Callable[[Project], Provider | None]
"""Runs in the request; None where the project has no provider."""
Name = Callable[[Completion], str]
"""Who wrote a stored answer; "" where that is not known."""

SECONDS = 5.0
FAILED = gettext_lazy("The model failed to answer. Try again, or write the answer yourself.")
SLOW = gettext_lazy("The model takes too long to answer. Try again, or write the answer yourself.")

_finds: list[Find] = []
_names: list[Name] = []
# A provider that hangs keeps its thread: the others wait for one no longer than for an answer.
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="answers")
log = logging.getLogger(__name__)


class AnswersUnavailableError(ValidationError):
    """No answers came; its words say what the labeler can do."""


def answers_register(find: Find) -> None:
    """Ask `find` for a project's provider, before those registered earlier."""
    if find not in _finds:
        _finds.insert(0, find)


def origins_register(name: Name) -> None:
    """Ask `name` who wrote a stored answer that no file names an author of."""
    if name not in _names:
        _names.append(name)


def provider_find(project: Project) -> Provider | None:
    found = (find(project) for find in _finds)
    return next((provider for provider in found if provider is not None), None)


def provided(provider: Provider, messages: Messages, wanted: int) -> list[Answer]:
    """What the provider says in time. Whatever goes wrong in it, the labeler is told.

    Takes SECONDS at most. Raises AnswersUnavailableError.
    """
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
            found.setdefault(text_hash(plain), (plain, origin[:MAX_ORIGIN]))
    return list(found.values())


def completions_stored(*, project: Project, messages: Messages) -> QuerySet[Completion]:
    """What is stored as an answer to the very same conversation, the oldest first.

    What only an unfinished import brought is not there yet.
    """
    prompts = Prompt.objects.filter(project=project, content_hash=content_hash(messages)).visible()
    visible = CompletionOrigin.objects.filter(batch__state=ImportBatch.State.VISIBLE)
    there = Q(origins=None) | Q(origins__in=visible)
    return Completion.objects.filter(there, prompt__in=prompts).order_by("pk").distinct()


def origin_of(completion: Completion) -> str:
    """Who wrote a stored answer: as its file names them, or as an app above does."""
    authors = completion.origins.exclude(author="").order_by("pk").values_list("author", flat=True)
    names = (name(completion) for name in _names)
    return (authors.first() or next(filter(None, names), ""))[:MAX_ORIGIN]
