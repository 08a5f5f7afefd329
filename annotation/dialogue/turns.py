"""What a labeler does in a conversation: say, ask for answers, pick one or write one, undo.

Every call names the `step` at which its page saw the conversation. One that was sent twice counts
once; one from a page that was overtaken raises ConversationMovedError and changes nothing.
"""

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from annotation.dialogue.answers import answers_get
from annotation.dialogue.drafts import draft_standing, texts_waiting
from annotation.dialogue.models import Conversation, Turn, TurnAnswer
from annotation.dialogue.talks import (
    MOVED,
    OFFERED,
    ConversationMovedError,
    Stage,
    Talk,
    talk_lock,
    talk_of,
)
from annotation.feedback.aims import pick_ranks
from annotation.feedback.checks import aim_validate
from annotation.feedback.models import Ranking
from annotation.feedback.severity import pick_severity_asked, severities_validate
from annotation.people.models import RankingAim
from annotation.prompts.answers import Answer
from annotation.prompts.prompts import messages_validate, text_hash
from annotation.queue.claims import order_draw
from annotation.queue.models import Assignment
from annotation.texts import newlines_plain, text_validate

Role = Turn.Role
Provenance = Turn.Provenance
LETTERS = "ABCD"


def turn_say(*, assignment: Assignment, step: int, text: str, active_seconds: int = 0) -> Talk:
    """Store the user's next message. Raises ValidationError."""
    text = newlines_plain(text_validate(text, what=_("The message")))
    with transaction.atomic():
        talk = talk_lock(assignment, active_seconds=active_seconds)
        if talk.moved(step):
            # Answers that came meanwhile are a step too.
            if talk.step - step <= 2 and last_is(talk, Role.USER, text):
                return talk
            raise ConversationMovedError(MOVED)
        if talk.stage == Stage.FULL:
            raise ValidationError(_("That was the last turn: finish, or undo."))
        talk.expect(Stage.USER)
        messages_validate([*talk.messages, {"role": Role.USER, "content": text}])
        turn_add(talk, role=Role.USER, text=text, provenance=Provenance.WRITTEN)
        return advance(talk)


def answers_offer(*, assignment: Assignment, active_seconds: int = 0) -> Talk:
    """Show answers to the last message; those that are shown already stay.

    They are asked for outside of any transaction. Raises AnswersUnavailableError.
    """
    with transaction.atomic():
        talk = talk_lock(assignment, active_seconds=active_seconds)
    if talk.stage == Stage.CHOICE:
        return talk
    talk.expect(Stage.ANSWERS)
    answers = answers_get(
        project=talk.assignment.task.project,
        dialogue=talk.dialogue,
        messages=talk.messages,
        turn=talk.done,
    )
    with transaction.atomic():
        now = talk_lock(assignment)
        if now.moved(talk.step):  # another request was quicker, or something was said meanwhile
            return now
        return answers_show(now, answers)


def answers_show(talk: Talk, answers: list[Answer]) -> Talk:
    seed = secrets.randbits(62)
    turn = turn_add(
        talk,
        role=Role.ASSISTANT,
        provenance=Provenance.OFFERED,
        order=order_draw(len(answers), seed),
        order_seed=seed,
    )
    TurnAnswer.objects.bulk_create(
        TurnAnswer(turn=turn, slot=slot, text=text, origin=origin)
        for slot, (text, origin) in enumerate(answers)
    )
    return advance(talk)


def turn_pick(
    *,
    assignment: Assignment,
    step: int,
    index: int,
    strength: int,
    severity: int | None = None,
    aim: str = RankingAim.BEST,
    active_seconds: int = 0,
) -> Talk:
    """Go on with the `index`-th answer, in the order shown: so much better than the others, or
    worse where `aim` says that the page asked for the worst. Raises ValidationError.
    """
    if strength not in Ranking.Strength.values:
        raise ValidationError({"strength": how_much(aim)})
    aim_validate(aim)
    with transaction.atomic():
        talk = talk_lock(assignment, active_seconds=active_seconds)
        if talk.moved(step):
            if talk.step == step + 1 and last_picked(talk) == (index, strength, aim, severity):
                return talk
            raise ConversationMovedError(MOVED)
        talk.expect(Stage.CHOICE)
        if not 0 <= index < len(talk.offered):
            raise ValidationError({"index": _("There is no such answer.")})
        severity_validate(talk, index, severity, aim)
        answer = talk.offered[index]
        pending_take(
            talk,
            text=answer.text,
            provenance=Provenance.PICKED,
            picked=answer.slot,
            strength=strength,
            aim=aim,
            severity=severity,
        )
        return advance(talk)


def how_much(aim: str) -> str:
    if aim == RankingAim.WORST:
        return _("Say how much worse it is, from 0 to 3.")
    return _("Say how much better it is, from 0 to 3.")


def severity_validate(talk: Talk, index: int, severity: int | None, aim: str) -> None:
    """Raise ValidationError unless the picked answer's severity is said where it is asked."""
    count = len(talk.offered)
    severities_validate(
        [severity if place == index else None for place in range(count)],
        ranks=pick_ranks(index, count, aim),
        asked=pick_severity_asked(talk.assignment.task.project.severity_asked, aim),
    )


def turn_write(*, assignment: Assignment, step: int, text: str, active_seconds: int = 0) -> Talk:
    """Store the assistant's answer as the labeler writes it, instead of those shown if any are.

    Raises ValidationError.
    """
    text = newlines_plain(text_validate(text, what=_("The answer")))
    with transaction.atomic():
        talk = talk_lock(assignment, active_seconds=active_seconds)
        if talk.moved(step):
            if talk.step == step + 1 and last_is(talk, Role.ASSISTANT, text):
                return talk
            raise ConversationMovedError(MOVED)
        talk.expect(Stage.CHOICE, Stage.ANSWERS, Stage.ASSISTANT)
        for letter, answer in zip(LETTERS, talk.offered, strict=False):
            if text_hash(answer.text) == text_hash(text):
                raise ValidationError(
                    _("That is answer %(letter)s, word for word: pick it.") % {"letter": letter}
                )
        provenance = (
            Provenance.WRITTEN if talk.stage == Stage.ASSISTANT else Provenance.WRITTEN_INSTEAD
        )
        if talk.pending:
            pending_take(talk, text=text, provenance=provenance)
        else:
            turn_add(talk, role=Role.ASSISTANT, text=text, provenance=provenance)
        return advance(talk)


def turn_undo(
    *, assignment: Assignment, step: int, typed: str | None = None, active_seconds: int = 0
) -> Talk:
    """Take back the last thing done: a pick, so that the same answers are shown again, or a text.

    A text taken back is in the draft again. What was `typed` after it (by default what the draft
    holds) belongs to what came next, and waits for that. Raises ValidationError.
    """
    with transaction.atomic():
        talk = talk_lock(assignment, active_seconds=active_seconds)
        if talk.moved(step):
            raise ConversationMovedError(MOVED)
        if not talk.undoable:
            raise ValidationError(_("There is nothing to undo."))
        last = talk.turns[-1]
        texts = texts_waiting(talk)
        if typed is not None:
            typed = text_validate(typed, what=_("What was typed"), blank=True)
            texts[len(talk.turns)] = newlines_plain(typed)
        if last.provenance != Provenance.PICKED:
            texts[len(talk.turns) - 1] = last.text
        if last.role == Role.ASSISTANT and last.order:
            last.text, last.provenance = "", OFFERED
            last.picked = last.strength = last.severity = None
            last.aim = RankingAim.BEST
            last.save()
        else:
            talk.conversation.turns.filter(position__gte=last.position).delete()
        return advance(talk, texts)


def turn_add(talk: Talk, **fields: object) -> Turn:
    return Turn.objects.create(
        conversation=talk.conversation,
        position=len(talk.turns),
        **fields,
    )


def pending_take(talk: Talk, **fields: object) -> None:
    assert talk.pending is not None
    Turn.objects.filter(pk=talk.pending.pk).update(**fields)


def advance(talk: Talk, texts: dict[int, str] | None = None) -> Talk:
    """Count the change, and keep as the draft those of `texts` (by default what the draft holds)
    that still have their turn before them. Returns the talk as it now stands.
    """
    Conversation.objects.filter(pk=talk.conversation.pk).update(step=F("step") + 1)
    now = talk_of(talk.assignment)
    if len(now.turns) != len(talk.turns):
        now.assignment.draft = draft_standing(now, texts_waiting(now) if texts is None else texts)
        now.assignment.save(update_fields=["draft"])
    return now


def last_is(talk: Talk, role: str, text: str) -> bool:
    last = talk.turns[-1] if talk.turns else None
    return last is not None and (last.role, last.text) == (role, text)


def last_picked(talk: Talk) -> tuple[int, int | None, str, int | None] | None:
    """The last pick: place in the order shown, strength, aim and severity."""
    last = talk.turns[-1] if talk.turns else None
    if last is None or last.picked is None:
        return None
    return last.order.index(last.picked), last.strength, last.aim, last.severity
