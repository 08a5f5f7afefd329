"""Dialogues: what a task asks for, the conversation that a labeler holds, and its turns.

A turn is written as soon as it is said, answers as soon as they are shown: a page can be left and
opened again at any moment. What trains, the prompts, rankings and demonstrations, is made of them
when the conversation is finished, all at once.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.feedback.models import Ranking
from annotation.people.models import Project, RankingAim
from annotation.prompts.models import Completion, Prompt
from annotation.queue.models import Assignment, Task

FEWEST_ANSWERS, MOST_ANSWERS = 2, 4
MOST_TURNS = 50


class Mode(models.TextChoices):
    CHOOSE = "choose", _("Choose among answers")  # each turn, one of several answers is picked
    BOTH_SIDES = "both_sides", _("Write both sides")  # the labeler writes user and assistant alike


def mode_known(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{table}_mode_known", condition=models.Q(mode__in=["choose", "both_sides"])
    )


class Dialogue(models.Model):
    """What a dialogue task asks for. A turn, in these counts, ends with the assistant's answer."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="dialogue")
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.CHOOSE)
    topic = models.TextField(blank=True, help_text="What to talk about, for the labeler only.")
    system = models.TextField(blank=True, help_text="The system message that it begins with.")
    answers = models.PositiveSmallIntegerField(
        default=FEWEST_ANSWERS, help_text="Answers shown at each turn, where they are chosen among."
    )
    min_turns = models.PositiveSmallIntegerField(default=1)
    max_turns = models.PositiveSmallIntegerField(default=6)
    script = models.JSONField(
        default=list, help_text="Answers given with the task: a list of texts for each turn."
    )

    class Meta:
        db_table = "dialogue_dialogue"
        constraints: ClassVar = [
            mode_known("dialogue"),
            models.CheckConstraint(
                name="dialogue_answers_2_to_4",
                condition=models.Q(answers__gte=FEWEST_ANSWERS, answers__lte=MOST_ANSWERS),
            ),
            models.CheckConstraint(
                name="dialogue_turns_in_order",
                condition=models.Q(
                    min_turns__gte=1,
                    min_turns__lte=models.F("max_turns"),
                    max_turns__lte=MOST_TURNS,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.topic[:60] or self.mode


class Conversation(models.Model):
    """One person's talk. `opening` is what stood there before they said anything."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")  # goes on; its lease may have run out, and be taken again
        FINISHED = "finished", _("Finished")  # handed in: its prompts and feedback are written
        ABANDONED = "abandoned", _("Abandoned")  # its task was skipped; nothing of it trains

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="conversations")
    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, null=True, related_name="conversation"
    )
    mode = models.CharField(max_length=12, choices=Mode)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    topic = models.TextField(blank=True)
    opening = models.JSONField(default=list, help_text="Messages before the first turn.")
    step = models.PositiveIntegerField(
        default=0, help_text="Rises with each change: a page that knows an older one is told."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dialogue_conversation"
        constraints: ClassVar = [
            mode_known("conversation"),
            models.CheckConstraint(
                name="conversation_state_known",
                condition=models.Q(state__in=["open", "finished", "abandoned"]),
            ),
            models.CheckConstraint(
                name="conversation_ended_unless_open",
                condition=models.Q(state="open", ended_at=None)
                | ~models.Q(state="open") & models.Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Turn(models.Model):
    """What one side said, in its place from 0 on.

    While answers wait to be chosen among, the assistant's turn is OFFERED and has no text. `order`
    is the order in which the labeler is shown them (slots of `answers`), drawn from `order_seed`.
    """

    class Role(models.TextChoices):
        USER = "user", _("User")
        ASSISTANT = "assistant", _("Assistant")

    class Provenance(models.TextChoices):
        OFFERED = "offered", _("Offered")  # answers are shown, none is taken yet
        WRITTEN = "written", _("Written")  # by the labeler, who was to write it
        PICKED = "picked", _("Picked")  # one of the answers shown
        WRITTEN_INSTEAD = "written_instead", _("Written instead")  # of picking: none would do

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=12, choices=Role)
    text = models.TextField(blank=True)
    provenance = models.CharField(max_length=16, choices=Provenance)
    picked = models.PositiveSmallIntegerField(null=True, help_text="Slot of the answer picked.")
    strength = models.PositiveSmallIntegerField(choices=Ranking.Strength, null=True)
    aim = models.CharField(
        max_length=8,
        choices=RankingAim,
        default=RankingAim.BEST,
        help_text="Whether the best or the worst answer was to be picked.",
    )
    severity = models.PositiveSmallIntegerField(
        null=True, help_text="How badly the picked answer breaks the rules, where that is asked."
    )
    order = models.JSONField(default=list, help_text="Slots in the order shown.")
    order_seed = models.BigIntegerField(default=0)
    prompt = models.ForeignKey(
        Prompt,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="What an assistant's turn answers; made when the conversation is finished.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "dialogue_turn"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "position"], name="turn_place_once"),
            models.CheckConstraint(
                name="turn_role_known", condition=models.Q(role__in=["user", "assistant"])
            ),
            models.CheckConstraint(
                name="turn_provenance_known",
                condition=models.Q(role="user", provenance="written")
                | models.Q(
                    role="assistant",
                    provenance__in=["offered", "written", "picked", "written_instead"],
                ),
            ),
            models.CheckConstraint(
                name="turn_text_unless_offered",
                condition=models.Q(provenance="offered", text="")
                | ~models.Q(provenance="offered") & ~models.Q(text=""),
            ),
            models.CheckConstraint(
                name="turn_picked_has_slot_and_strength",
                condition=models.Q(
                    provenance="picked", picked__isnull=False, strength__isnull=False
                )
                | ~models.Q(provenance="picked") & models.Q(picked=None, strength=None),
            ),
            models.CheckConstraint(
                name="turn_strength_known",
                condition=models.Q(strength=None) | models.Q(strength__lte=3),
            ),
            models.CheckConstraint(
                name="turn_aim_known", condition=models.Q(aim__in=["best", "worst"])
            ),
            models.CheckConstraint(
                name="turn_severity_of_the_worst",
                condition=models.Q(severity=None)
                | models.Q(provenance="picked", aim="worst", severity__gte=0, severity__lte=4),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.text[:60]}"

    @property
    def chosen(self) -> Completion | None:
        """The completion that the picked answer became; None before the conversation is finished,
        and where nothing was picked."""
        if self.picked is None:
            return None
        return self.answers.select_related("completion").get(slot=self.picked).completion


class TurnAnswer(models.Model):
    """An answer that was shown. `origin` says what wrote it, and never reaches a labeler."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="answers")
    slot = models.PositiveSmallIntegerField()
    text = models.TextField()
    origin = models.CharField(max_length=120, blank=True)
    completion = models.ForeignKey(
        Completion,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Stored when the conversation is finished.",
    )

    class Meta:
        db_table = "dialogue_turn_answer"
        ordering: ClassVar = ["slot"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["turn", "slot"], name="turn_answer_slot_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
