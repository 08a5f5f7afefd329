"""What conversations hold against what was made of them, for `check_integrity`."""

from collections.abc import Iterator
from itertools import pairwise

from django.db.models import F, Q

from annotation.dialogue.finishing import judgments_of
from annotation.dialogue.models import Conversation, Dialogue, Turn
from annotation.feedback.models import Demonstration, Ranking
from annotation.queue.models import Assignment, Task

State = Conversation.State
Provenance = Turn.Provenance
AT_ONCE = 1_000


def dialogue_tasks_say_what_they_ask() -> Iterator[str]:
    """A task of this kind has its dialogue, and no other task has one."""
    for task in Task.objects.filter(kind=Task.Kind.DIALOGUE, dialogue=None).order_by("pk"):
        yield f"Task {task.pk} asks for a dialogue, but nothing says what about."
    for row in Dialogue.objects.exclude(task__kind=Task.Kind.DIALOGUE).order_by("pk"):
        yield f"Dialogue {row.pk} belongs to task {row.task_id}, which asks for something else."


def conversations_end_with_assignments() -> Iterator[str]:
    """Finished is what was submitted, abandoned what was skipped; all others are open."""
    handed_in = Q(assignment__state=Assignment.State.SUBMITTED)
    skipped = Q(assignment__state=Assignment.State.SKIPPED)
    agree = (
        Q(state=State.FINISHED) & handed_in
        | Q(state=State.ABANDONED) & skipped
        | Q(state=State.OPEN) & ~handed_in & ~skipped
    )
    rows = Conversation.objects.filter(~agree, assignment__isnull=False).order_by("pk")
    for pk, state, assignment, other in rows.values_list(
        "pk", "state", "assignment", "assignment__state"
    ):
        yield f"Conversation {pk} is {state}, but its assignment {assignment} is {other}."
    submitted = Assignment.objects.filter(
        task__kind=Task.Kind.DIALOGUE, state=Assignment.State.SUBMITTED, conversation=None
    )
    for assignment in submitted.order_by("pk").values_list("pk", flat=True):
        yield f"Assignment {assignment} of a dialogue is submitted without a conversation."


def turns_alternate() -> Iterator[str]:
    """A conversation's turns are numbered from 0, and its sides speak by turns."""
    for conversation in Conversation.objects.order_by("pk").prefetch_related("turns"):
        turns = list(conversation.turns.all())
        said = [*conversation.opening, *({"role": turn.role} for turn in turns)]
        roles = [message["role"] for message in said if message["role"] != "system"]
        numbered = [turn.position for turn in turns] == list(range(len(turns)))
        if not numbered or any(a == b for a, b in pairwise(roles)):
            yield f"Conversation {conversation.pk} has turns out of order."


def finished_turns_have_feedback() -> Iterator[str]:
    """Each answer of a finished conversation became what it was to become, and nothing else did."""
    turns = Turn.objects.filter(
        role=Turn.Role.ASSISTANT,
        conversation__state=State.FINISHED,
        conversation__assignment__isnull=False,
    ).select_related("conversation")
    for turn in turns.order_by("pk").prefetch_related("answers").iterator(AT_ONCE):
        about = {
            "assignment": turn.conversation.assignment_id,
            "prompt": turn.prompt_id,
            "is_current": True,
        }
        written = Demonstration.objects.filter(**about, text=turn.text).exists()
        ranking = Ranking.objects.filter(**about).first() if turn.prompt_id else None
        fits = turn.prompt_id is not None and written == (turn.provenance != Provenance.PICKED)
        if not (fits and ranking_fits(turn, ranking)):
            yield f"Turn {turn.pk} does not fit what was made of it."
    dialogues = {"assignment__task__kind": Task.Kind.DIALOGUE, "is_current": True}
    for model in (Demonstration, Ranking):
        mine = Q(assignment__conversation__turns__prompt=F("prompt"))
        for row in model.objects.filter(**dialogues).exclude(mine).order_by("pk"):
            yield f"{model.__name__} {row.pk} of a dialogue belongs to none of its turns."


def ranking_fits(turn: Turn, ranking: Ranking | None) -> bool:
    """Whether the ranking is of the answers shown, with the picked one where it belongs."""
    answers = {answer.slot: answer.completion_id for answer in turn.answers.all()}
    if ranking is None or not answers:
        return ranking is None and not answers
    said = zip(turn.order, judgments_of(turn), strict=True)
    expected = {(answers[slot], each.rank, each.severity) for slot, each in said}
    held = set(ranking.judgments.values_list("completion_id", "rank", "severity"))
    whole = (ranking.strength, ranking.aim) == (turn.strength, turn.aim)
    return held == expected and whole


CHECKS = (
    dialogue_tasks_say_what_they_ask,
    conversations_end_with_assignments,
    turns_alternate,
    finished_turns_have_feedback,
)
