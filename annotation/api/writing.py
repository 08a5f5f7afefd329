"""/api/projects/<slug>/written/: prompts as labelers write them.

A labeler sees their own only, by a random id: no id of a row is in any response here.
"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.prompts import MessageSerializer
from annotation.prompts.models import UseCase
from annotation.writing.content import WritingInput
from annotation.writing.few_shot import Pair
from annotation.writing.models import Writing, WritingKind
from annotation.writing.writing import writing_create, writing_get, writing_withdraw


class PairSerializer(StrictSerializer):
    query = serializers.CharField(trim_whitespace=False)
    response = serializers.CharField(trim_whitespace=False)


class WritingCreateSerializer(StrictSerializer):
    """`text`, and `answer` if the labeler gives one; for few_shot `instruction` and `pairs`; for
    user_based also `story`, one of the project's user stories; for red_team also `harm`, one of its
    harm categories. Any may have `sensitive`, keys of its categories that labelers may decline."""

    kind = serializers.ChoiceField(choices=WritingKind.choices)
    use_case = serializers.ChoiceField(choices=UseCase.choices)
    text = serializers.CharField(trim_whitespace=False, required=False)
    answer = serializers.CharField(trim_whitespace=False, required=False)
    instruction = serializers.CharField(trim_whitespace=False, required=False)
    pairs = PairSerializer(many=True, required=False)
    story = serializers.CharField(required=False)
    harm = serializers.CharField(required=False)
    sensitive = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class WritingSerializer(serializers.ModelSerializer[Writing]):
    id = serializers.UUIDField(source="public_id")
    use_case = serializers.SerializerMethodField()
    prompts = serializers.SerializerMethodField(help_text="Each as its messages.")

    class Meta:
        model = Writing
        fields = ("id", "kind", "use_case", "story", "harm", "prompts", "created_at")

    @extend_schema_field(serializers.ChoiceField(choices=UseCase.choices))
    def get_use_case(self, writing: Writing) -> str:
        return str(writing.prompts.all()[0].prompt.use_case)

    @extend_schema_field(serializers.ListField(child=MessageSerializer(many=True)))
    def get_prompts(self, writing: Writing) -> list[Any]:
        return [each.prompt.messages for each in writing.prompts.all()]


class WrittenView(ProjectAPI[Writing]):
    serializer_class = WritingSerializer
    queryset = Writing.objects.none()
    read_roles = write_roles = (Role.LABELER,)

    def rows(self) -> QuerySet[Writing]:
        mine = Writing.objects.filter(project=self.access.project, labeler=self.access.user)
        return mine.prefetch_related("prompts__prompt").order_by("-id")

    @extend_schema(operation_id="written_list", responses=WritingSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What the caller has written, the latest first."""
        return self.listed()

    @extend_schema(request=WritingCreateSerializer, responses={201: WritingSerializer})
    def post(self, _request: Request, **_: Any) -> Response:
        """Write a prompt, or a few-shot group of them; the same sent twice is one."""
        fields = self.body(WritingCreateSerializer)
        pairs = tuple(Pair(**pair) for pair in fields.pop("pairs", ()))
        sensitive = tuple(fields.pop("sensitive", ()))
        writing = writing_create(
            labeler=self.access.user,
            project=self.access.project,
            said=WritingInput(**fields, pairs=pairs, sensitive=sensitive),
        )
        return Response(WritingSerializer(writing).data, status=201)


class WrittenOneView(ProjectAPI[Writing]):
    serializer_class = WritingSerializer
    queryset = Writing.objects.none()
    read_roles = write_roles = (Role.LABELER,)

    def mine(self) -> Writing:
        return writing_get(
            labeler=self.access.user,
            project=self.access.project,
            public_id=self.kwargs["public_id"],
        )

    @extend_schema(operation_id="written_retrieve", responses=WritingSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(WritingSerializer(self.mine()).data)

    @extend_schema(responses={204: None})
    def delete(self, _request: Request, **_: Any) -> Response:
        """Withdraw it, while nobody has worked with it, within a day."""
        writing_withdraw(labeler=self.access.user, writing=self.mine())
        return Response(status=204)
