"""A conversation as it stands: what was said, and whose turn it is.

Answers that wait to be chosen among are named by their place in the order shown; what wrote them
is not in here.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.dialogue.models import Conversation, Dialogue, Mode, Turn, TurnAnswer
from annotation.prompts.prompts import Messages
from annotation.queue.leases import assignment_lock, lease_keep
from annotation.queue.models import Assignment, Task

Role = Turn.Role
OFFERED = Turn.Provenance.OFFERED
MOVED = gettext_lazy(
    "The conversation has gone on since this page was opened, in another tab or "
    "by a request that was sent again. This is how it stands now."
)


class ConversationMovedError(ValidationError):
    """Said to a conversation that looks otherwise by now."""


class Stage(models.TextChoices):
    """What the conversation waits for."""

    USER = "user", gettext_lazy("The user's message")
    ANSWERS = "answers", gettext_lazy("Answers to choose among")  # asked for, and not there yet
    CHOICE = "choice", gettext_lazy("A choice among the answers")
    ASSISTANT = "assistant", gettext_lazy("The assistant's answer")  # to be written
    FULL = "full", gettext_lazy("Its end")  # it has all the turns that its task allows
    ENDED = "ended", gettext_lazy("Nothing")


@dataclass(frozen=True)
class Talk:
    """`turns` leaves out what is only offered; `offered` has those answers in the order shown."""

    assignment: Assignment
    dialogue: Dialogue
    conversation: Conversation
    opening: Messages
    turns: list[Turn] = field(default_factory=list)
    pending: Turn | None = None
    offered: list[TurnAnswer] = field(default_factory=list)

    @property
    def step(self) -> int:
        return self.conversation.step

    @property
    def messages(self) -> Messages:
        """The conversation so far, the opening included."""
        said = [{"role": turn.role, "content": turn.text} for turn in self.turns]
        return [*self.opening, *said]

    @property
    def done(self) -> int:
        """Turns that have their answer."""
        return sum(turn.role == Role.ASSISTANT for turn in self.turns)

    @property
    def stage(self) -> Stage:
        if self.conversation.state != Conversation.State.OPEN:
            return Stage.ENDED
        if self.pending is not None:
            return Stage.CHOICE
        if self.messages and self.messages[-1]["role"] == Role.USER:
            return Stage.ANSWERS if self.dialogue.mode == Mode.CHOOSE else Stage.ASSISTANT
        return Stage.FULL if self.done >= self.dialogue.max_turns else Stage.USER

    @property
    def finishable(self) -> bool:
        """Whether its last message is an answer, and it is long enough."""
        answered = self.stage in (Stage.USER, Stage.FULL)
        return answered and self.done >= self.dialogue.min_turns

    @property
    def undoable(self) -> bool:
        return self.stage != Stage.ENDED and bool(self.turns)

    def expect(self, *stages: Stage) -> None:
        """Raises ConversationMovedError unless it waits for one of `stages`."""
        if self.stage not in stages:
            raise ConversationMovedError(MOVED)

    def moved(self, step: int) -> bool:
        return step != self.step


def opening_of(task: Task) -> Messages:
    """What stands there before anything is said: the system's message, and the task's prompt."""
    system = task.dialogue.system
    begin = [{"role": "system", "content": system}] if system else []
    return [*begin, *task.messages]


def talk_of(assignment: Assignment) -> Talk:
    """The assignment's conversation; one that has not begun yet is made up, and not stored."""
    task = assignment.task
    found = Conversation.objects.filter(assignment=assignment).first()
    conversation = found or conversation_new(assignment)
    talk = Talk(assignment, task.dialogue, conversation, conversation.opening)
    if found is None:
        return talk
    turns = list(found.turns.order_by("position"))
    if not turns or turns[-1].provenance != OFFERED:
        return Talk(assignment, task.dialogue, found, found.opening, turns)
    *said, pending = turns
    slots = {answer.slot: answer for answer in pending.answers.all()}
    offered = [slots[slot] for slot in pending.order]
    return Talk(assignment, task.dialogue, found, found.opening, said, pending, offered)


def conversation_new(assignment: Assignment) -> Conversation:
    task = assignment.task
    return Conversation(
        project_id=task.project_id,
        assignment=assignment,
        mode=task.dialogue.mode,
        topic=task.dialogue.topic,
        opening=opening_of(task),
    )


def talk_lock(assignment: Assignment, *, active_seconds: int = 0) -> Talk:
    """The conversation under the locks of its task and assignment, begun if it was not, with its
    lease renewed. Inside a transaction. Raises ValidationError for what has been handed in.
    """
    fresh = assignment_lock(assignment)
    dialogue_expect(fresh.task)
    if fresh.state in (Assignment.State.SUBMITTED, Assignment.State.SKIPPED):
        raise ValidationError(
            _("This task is %(state)s already.") % {"state": fresh.get_state_display().lower()}
        )
    lease_keep(fresh, active_seconds=active_seconds)
    if not Conversation.objects.filter(assignment=fresh).exists():
        conversation_new(fresh).save()
    return talk_of(fresh)


def dialogue_expect(task: Task) -> None:
    if task.kind != Task.Kind.DIALOGUE:
        raise ValidationError(_("This task does not ask for a dialogue."))


def conversation_abandon(*, assignment: Assignment) -> None:
    """End the conversation of a task that is skipped; nothing of it trains."""
    with transaction.atomic():
        Conversation.objects.filter(assignment=assignment, state=Conversation.State.OPEN).update(
            state=Conversation.State.ABANDONED, ended_at=timezone.now()
        )
