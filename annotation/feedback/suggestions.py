"""Texts of models to start a demonstration from, where the project offers them.

They are given on request, one after the other: first what is stored as an answer to the prompt,
then what a provider says. Each one given is a row, so that a demonstration can name the one it
began from. Work that measures people is offered none.
"""

import random

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from annotation.feedback.eligibility import labeler_trains
from annotation.feedback.kept import share_kept
from annotation.feedback.models import Suggestion
from annotation.people.models import SuggestionsOffered
from annotation.prompts.answers import (
    completions_stored,
    origin_of,
    provided,
    provider_find,
)
from annotation.prompts.models import Completion
from annotation.prompts.prompts import completion_create
from annotation.queue.leases import assignment_lock, lease_keep
from annotation.queue.models import Assignment, Task

State = Assignment.State
MOST_GIVEN = 20  # of one task and labeler
NOT_OFFERED = gettext_lazy("No text to start from is offered for this task.")
NONE = gettext_lazy("There is no text to start from for this prompt. Write the answer yourself.")
NO_OTHER = gettext_lazy("There is no other text to start from.")
UNKNOWN = gettext_lazy("This task has no such suggestion. Reload the page: your work is kept.")


class SuggestionsExhaustedError(ValidationError):
    """Nothing is wrong: there is no text that the labeler was not given yet, or none at all."""


def suggestions_offered(assignment: Assignment) -> bool:
    """Whether its labeler may ask for a text to start from."""
    task = assignment.task
    return (
        task.project.suggestions != SuggestionsOffered.NEVER
        and task.kind == Task.Kind.DEMONSTRATION
        and task.purpose == Task.Purpose.TRAIN
        and assignment.state not in (State.SUBMITTED, State.SKIPPED)
        and labeler_trains(project=task.project, labeler=assignment.labeler)
    )


def suggestions_given(assignment: Assignment) -> QuerySet[Suggestion]:
    """The latest first."""
    rows = Suggestion.objects.filter(assignment=assignment).select_related("completion")
    return rows.order_by("-number")


def suggestion_ask(*, assignment: Assignment) -> Suggestion:
    """Give the labeler a text that they were not given yet, and renew the lease.

    A provider is asked between two transactions: nothing is locked while it thinks. Raises
    ValidationError where none is offered, SuggestionsExhaustedError where there is no other one,
    AnswersUnavailableError where the provider failed or is slow.
    """
    with transaction.atomic():
        fresh = asking_lock(assignment)
        stored = completion_next(fresh)
        if stored:
            return suggestion_give(fresh, stored, origin_of(stored))
    text, origin = answer_ask(fresh)
    with transaction.atomic():
        fresh = asking_lock(assignment)
        assert fresh.task.prompt is not None  # only dialogues have none
        completion, _ = completion_create(prompt=fresh.task.prompt, text=text)
        if fresh.suggestions.filter(completion=completion).exists():
            raise SuggestionsExhaustedError(NO_OTHER)
        return suggestion_give(fresh, completion, origin)


def asking_lock(assignment: Assignment) -> Assignment:
    """Lock the assignment of who may be given one more. Raises ValidationError."""
    fresh = assignment_lock(assignment)
    if not suggestions_offered(fresh):
        raise ValidationError(NOT_OFFERED)
    if fresh.suggestions.count() >= MOST_GIVEN:
        raise SuggestionsExhaustedError(NO_OTHER)
    lease_keep(fresh, active_seconds=0)
    return fresh


def completion_next(assignment: Assignment) -> Completion | None:
    """One of those stored that were not given yet: labelers of a task begin at different ones."""
    task = assignment.task
    given = assignment.suggestions.values("completion")
    stored = completions_stored(project=task.project, messages=task.messages)
    left = list(stored.exclude(pk__in=given)[:MOST_GIVEN])
    return random.Random(assignment.pk).choice(left) if left else None


def answer_ask(assignment: Assignment) -> tuple[str, str]:
    """A provider's answer. Raises SuggestionsExhaustedError or AnswersUnavailableError."""
    provider = provider_find(assignment.task.project)
    answers = provided(provider, assignment.task.messages, 1) if provider else []
    if not answers:
        raise SuggestionsExhaustedError(NO_OTHER if assignment.suggestions.exists() else NONE)
    return answers[0]


def suggestion_give(assignment: Assignment, completion: Completion, origin: str) -> Suggestion:
    return Suggestion.objects.create(
        assignment=assignment,
        completion=completion,
        number=assignment.suggestions.count() + 1,
        origin=origin,
    )


def beginning(assignment: Assignment, number: int | None, text: str) -> dict[str, object]:
    """A demonstration's fields of what it began from: the `number`-th suggestion, None for none.

    Raises ValidationError for one that was not given.
    """
    if number is None:
        return {}
    given = suggestions_given(assignment).filter(number=number).first()
    if given is None:
        raise ValidationError(UNKNOWN)
    return {"suggestion": given, "kept": share_kept(text, given.completion.text)}
