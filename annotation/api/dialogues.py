"""Dialogue tasks for who asks for them, and a dialogue as its labeler is told it."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI
from annotation.api.marks import MarksSerializer, marks_take
from annotation.api.prompts import AnswerSerializer, MessageSerializer
from annotation.api.tasks import PURPOSES, ROLES, IdField, TaskSerializer
from annotation.dialogue.drafts import talk_draft_saved
from annotation.dialogue.models import FEWEST_ANSWERS, MOST_ANSWERS, MOST_TURNS, Mode
from annotation.dialogue.talks import Stage, Talk
from annotation.dialogue.tasks import MOST_ASKED, dialogues_ask
from annotation.people.models import RankingAim
from annotation.prompts.marks import NONE
from annotation.prompts.models import Prompt
from annotation.queue.models import Task


class TalkSerializer(serializers.Serializer[Talk]):
    """A conversation as it stands. `step` goes back with what is done next; `stage` is what it
    waits for; `answers` are those to choose among."""

    mode = serializers.ChoiceField(source="dialogue.mode", choices=Mode.choices)
    aim = serializers.ChoiceField(
        source="assignment.task.project.ranking_aim",
        choices=RankingAim.choices,
        help_text="Whether the better or the worse answer is to be picked.",
    )
    topic = serializers.CharField(source="conversation.topic")
    stage = serializers.ChoiceField(choices=Stage.choices)
    step = serializers.IntegerField()
    messages = MessageSerializer(many=True)
    answers = serializers.SerializerMethodField()
    answers_per_turn = serializers.IntegerField(source="dialogue.answers")
    done = serializers.IntegerField(help_text="Turns that have their answer.")
    min_turns = serializers.IntegerField(source="dialogue.min_turns")
    max_turns = serializers.IntegerField(source="dialogue.max_turns")
    finishable = serializers.BooleanField(help_text="Whether it may be handed in.")
    undoable = serializers.BooleanField()
    typed = serializers.SerializerMethodField(help_text="The draft of what is said next.")

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, talk: Talk) -> list[dict[str, Any]]:
        return [{"index": index, "text": one.text} for index, one in enumerate(talk.offered)]

    def get_typed(self, talk: Talk) -> str:
        return talk_draft_saved(talk).text


class DialoguesAskSerializer(MarksSerializer):
    """`topics` are dealt out in turn, and so are `prompts`, to which a dialogue then begins with
    an answer; `script` has the answers to show at each turn."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_ASKED)
    mode = serializers.ChoiceField(choices=Mode.choices, required=False)
    topics = serializers.ListField(child=serializers.CharField(), required=False, max_length=1_000)
    prompts = serializers.ListField(child=IdField(), required=False, max_length=1_000)
    system = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    answers = serializers.IntegerField(
        min_value=FEWEST_ANSWERS, max_value=MOST_ANSWERS, required=False
    )
    min_turns = serializers.IntegerField(min_value=1, max_value=MOST_TURNS, required=False)
    max_turns = serializers.IntegerField(min_value=1, max_value=MOST_TURNS, required=False)
    script = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(trim_whitespace=False)),
        required=False,
        max_length=MOST_TURNS,
    )
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False)
    priority = serializers.IntegerField(min_value=-1_000, max_value=1_000, required=False)


class DialoguesView(ProjectAPI[Task]):
    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    http_method_names = ["post", "options"]
    read_roles = write_roles = ROLES

    @extend_schema(
        operation_id="tasks_dialogues",
        request=DialoguesAskSerializer,
        responses={201: TaskSerializer(many=True)},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Put dialogue tasks into the queue."""
        fields = self.body(DialoguesAskSerializer)
        fields["marks"] = marks_take(fields, NONE)
        fields["prompts"] = self.prompts_find(fields.get("prompts", []))
        tasks = dialogues_ask(actor=self.access.user, project=self.access.project, **fields)
        return Response(TaskSerializer(tasks, many=True).data, status=201)

    def prompts_find(self, ids: list[int]) -> list[Prompt]:
        found = Prompt.objects.filter(project=self.access.project).in_use().in_bulk(ids)
        if missing := [pk for pk in ids if pk not in found]:
            words = gettext("The project has no prompt %(number)s.")
            raise serializers.ValidationError(
                {"prompts": [words % {"number": pk} for pk in missing]}
            )
        return [found[pk] for pk in ids]
