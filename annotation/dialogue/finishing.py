"""The end of a conversation: what it teaches is written, all at once.

Each answer's history becomes a prompt. A pick becomes a ranking: the picked answer first, the
others tied behind it, or before it where the worst was looked for. What was written becomes a
demonstration; where answers were shown that would not do, a ranking says so too.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from annotation.dialogue.models import Conversation, Turn, TurnAnswer
from annotation.dialogue.talks import Talk, dialogue_expect, talk_of
from annotation.feedback.aims import pick_ranks
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.eligibility import feedback_standing, versions_check
from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.rankings import judgments_create
from annotation.feedback.signals import feedback_announce
from annotation.prompts.models import Prompt, UseCase
from annotation.prompts.prompts import (
    Messages,
    completions_create,
    prompt_create,
    text_hash,
)
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.leases import assignment_lock, assignment_submit
from annotation.queue.models import Assignment

Outcome = Ranking.Outcome


def conversation_finish(
    *,
    assignment: Assignment,
    active_seconds: int = 0,
    instructions_version: int | None = None,
    seen: DraftSeen | None = None,
) -> Conversation:
    """Hand in a conversation; handing in twice is handing in once.

    `instructions_version` is the one that the labeler was shown: under another one nothing is
    taken in. A draft newer than what was `seen` stays. Late work is kept too (see
    assignment_submit). Raises ValidationError.
    """
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        dialogue_expect(fresh.task)
        talk = talk_of(fresh)
        conversation = talk.conversation
        if conversation.state == Conversation.State.FINISHED:
            return conversation
        versions_check(fresh.task.project, instructions=instructions_version)
        standing = feedback_standing(fresh)
        finishable_check(talk)
        assignment_submit(assignment=fresh, active_seconds=active_seconds, seen=seen)
        feedback_write(talk, standing)
        conversation.state = Conversation.State.FINISHED
        conversation.ended_at = timezone.now()
        conversation.save(update_fields=["state", "ended_at"])
        feedback_announce(project_id=fresh.task.project_id, kind=fresh.task.kind)
    return conversation


def finishable_check(talk: Talk) -> None:
    if not talk.finishable:
        raise ValidationError(unfinished(talk))


def unfinished(talk: Talk) -> str:
    """What is still to be done before it may be finished; empty when nothing is."""
    if talk.finishable:
        return ""
    missing = talk.dialogue.min_turns - talk.done
    if missing > 0:
        return ngettext(
            "Go on for %(count)s more turn before you finish.",
            "Go on for %(count)s more turns before you finish.",
            missing,
        ) % {"count": missing}
    return gettext("Answer the last message before you finish, or undo it.")


def feedback_write(talk: Talk, standing: dict[str, Any]) -> None:
    """The prompts, rankings and demonstrations of all answers.

    A person's prompts stand on one side of a validation. Where others have begun in the same
    words, the first prompt's side is that of all: a conversation never stands on both. Prompts of
    somebody who is held out are for tests, so that nobody trains on them either.
    """
    split = None if standing["trains"] else Prompt.Split.TEST.value
    for position, turn in enumerate(talk.turns):
        if turn.role != Turn.Role.ASSISTANT:
            continue
        before = talk.messages[: len(talk.opening) + position]
        prompt = prompt_of(talk, before, split)
        if standing["trains"]:
            split = prompt.split
        turn.prompt = prompt
        turn.save(update_fields=["prompt"])
        said = {**standing, "prompt_id": prompt.pk}
        if turn.order:
            ranking_write(turn, prompt, said)
        if turn.provenance != Turn.Provenance.PICKED:
            Demonstration.objects.create(**said, text=turn.text)


def prompt_of(talk: Talk, messages: Messages, split: str | None) -> Prompt:
    task = talk.assignment.task
    return prompt_create(
        project=task.project,
        messages=messages,
        use_case=UseCase.CHAT,
        source=Prompt.Source.LABELER,
        contributor=f"user:{talk.assignment.labeler.public_id}",
        marks=task.route.marks,
        split=split,
    )[0]


def ranking_write(turn: Turn, prompt: Prompt, said: dict[str, Any]) -> None:
    answers = {answer.slot: answer for answer in turn.answers.all()}
    stored = completions_create(prompt=prompt, texts=[each.text for each in answers.values()])
    for answer in answers.values():
        answer.completion = stored[text_hash(answer.text)]
    TurnAnswer.objects.bulk_update(answers.values(), ["completion"])
    picked = turn.provenance == Turn.Provenance.PICKED
    ranking = Ranking.objects.create(
        **said,
        outcome=Outcome.RANKED if picked else Outcome.NONE_ACCEPTABLE,
        strength=turn.strength,
        aim=turn.aim,
    )
    completions = [stored[text_hash(answers[slot].text)].pk for slot in turn.order]
    judgments_create(ranking, completions, judgments_of(turn))


def judgments_of(turn: Turn) -> list[JudgmentInput]:
    """What a turn says of the answers that were shown, in that order."""
    if turn.picked is None:
        return [JudgmentInput(None) for _ in turn.order]
    ranks = pick_ranks(turn.order.index(turn.picked), len(turn.order), turn.aim)
    return [
        JudgmentInput(rank, severity=turn.severity if slot == turn.picked else None)
        for slot, rank in zip(turn.order, ranks, strict=True)
    ]
