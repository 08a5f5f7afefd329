"""A labeler's dialogue: say, ask for answers, pick one or write one, undo. It is handed in like any
other task. Answers are named by their place in the order shown, and nothing says what wrote them.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.dialogues import TalkSerializer
from annotation.api.work import LabelerAPI, SecondsSerializer
from annotation.dialogue.talks import ConversationMovedError, Talk, dialogue_expect, talk_of
from annotation.dialogue.turns import answers_offer, turn_pick, turn_say, turn_undo, turn_write
from annotation.feedback.models import Ranking
from annotation.feedback.severity import LEAST, MOST
from annotation.people.models import RankingAim
from annotation.prompts.answers import AnswersUnavailableError
from annotation.queue.models import Assignment

MOVED = {200: TalkSerializer, 412: OpenApiTypes.OBJECT}


class StepSerializer(SecondsSerializer):
    step = serializers.IntegerField(
        min_value=0,
        max_value=2**31,
        help_text="As the caller knows the conversation: refused with 412 when it has gone on.",
    )


class TextSerializer(StepSerializer):
    text = serializers.CharField(trim_whitespace=False)


class PickSerializer(StepSerializer):
    index = serializers.IntegerField(min_value=0, help_text="Of the answer, in the order shown.")
    strength = serializers.ChoiceField(choices=Ranking.Strength.choices)
    aim = serializers.ChoiceField(
        choices=RankingAim.choices,
        default=RankingAim.BEST,
        help_text="Worst: the answer is so much worse than the others, not better.",
    )
    severity = serializers.IntegerField(
        min_value=LEAST,
        max_value=MOST,
        allow_null=True,
        default=None,
        help_text="How badly the worst answer breaks the rules, where the project asks.",
    )


class DialogueAPI(LabelerAPI):
    serializer_class = TalkSerializer  # type: ignore[assignment]  # another one

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, ConversationMovedError | AnswersUnavailableError):
            status = 412 if isinstance(exc, ConversationMovedError) else 503
            return Response({"non_field_errors": exc.messages}, status=status)
        return super().handle_exception(exc)

    def dialogue(self) -> Assignment:
        """The caller's own assignment, of a dialogue."""
        assignment = self.mine()
        dialogue_expect(assignment.task)
        return assignment

    def told(self, talk: Talk) -> Response:
        return Response(TalkSerializer(talk).data)


class DialogueView(DialogueAPI):
    @extend_schema(operation_id="dialogue_retrieve", responses=TalkSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return self.told(talk_of(self.dialogue()))


class SayView(DialogueAPI):
    @extend_schema(operation_id="dialogue_say", request=TextSerializer, responses=MOVED)
    def post(self, _request: Request, **_: Any) -> Response:
        """Say the user's next message."""
        return self.told(turn_say(assignment=self.dialogue(), **self.body(TextSerializer)))


class AnswersView(DialogueAPI):
    @extend_schema(
        operation_id="dialogue_answers",
        request=SecondsSerializer,
        responses={**MOVED, 503: OpenApiTypes.OBJECT},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Have answers shown; those that are shown stay. 503 when none come: try again or write."""
        return self.told(answers_offer(assignment=self.dialogue(), **self.body(SecondsSerializer)))


class PickView(DialogueAPI):
    @extend_schema(operation_id="dialogue_pick", request=PickSerializer, responses=MOVED)
    def post(self, _request: Request, **_: Any) -> Response:
        """Go on with one of the answers: so much better than the others, or worse (`aim`)."""
        return self.told(turn_pick(assignment=self.dialogue(), **self.body(PickSerializer)))


class WriteView(DialogueAPI):
    @extend_schema(operation_id="dialogue_write", request=TextSerializer, responses=MOVED)
    def post(self, _request: Request, **_: Any) -> Response:
        """Write the assistant's answer."""
        return self.told(turn_write(assignment=self.dialogue(), **self.body(TextSerializer)))


class UndoView(DialogueAPI):
    @extend_schema(operation_id="dialogue_undo", request=StepSerializer, responses=MOVED)
    def post(self, _request: Request, **_: Any) -> Response:
        """Take back the last choice or message."""
        return self.told(turn_undo(assignment=self.dialogue(), **self.body(StepSerializer)))
