"""/api/projects/<slug>/prompts/ and the completions below each prompt."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.marks import MarksSerializer, marks_take
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Completion, Prompt, UseCase
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.queue.marking import prompt_mark


class MessageSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=("system", "user", "assistant"))
    content = serializers.CharField(trim_whitespace=False)


class AnswerSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Place in the order shown, from 0.")
    text = serializers.CharField()


class PromptSerializer(serializers.ModelSerializer[Prompt]):
    messages = MessageSerializer(many=True)

    class Meta:
        model = Prompt
        fields = (
            "id",
            "messages",
            "use_case",
            "source",
            "contributor",
            "split",
            "language",
            "skills",
            "sensitive",
            "created_at",
        )


class PromptCreateSerializer(MarksSerializer):
    messages = MessageSerializer(many=True, allow_empty=False)
    use_case = serializers.ChoiceField(choices=UseCase.choices, required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is a field's own
        choices=Prompt.Source.choices, required=False
    )
    contributor = serializers.CharField(max_length=120, allow_blank=True, required=False)


class CompletionSerializer(serializers.ModelSerializer[Completion]):
    class Meta:
        model = Completion
        fields = ("id", "prompt", "text", "created_at")


class CompletionCreateSerializer(StrictSerializer):
    text = serializers.CharField(trim_whitespace=False)


class PromptsView(ProjectAPI[Prompt]):
    serializer_class = PromptSerializer
    queryset = Prompt.objects.none()
    read_roles = write_roles = (Role.ADMIN, Role.RESEARCHER)

    def rows(self) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=self.access.project).visible().order_by("id")

    @extend_schema(operation_id="prompts_list", responses=PromptSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        request=PromptCreateSerializer, responses={201: PromptSerializer, 200: PromptSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Add a prompt: 201, or 200 with the one that has the same content."""
        fields: dict[str, Any] = self.body(PromptCreateSerializer)
        marks = marks_take(fields, Marks())
        prompt, created = prompt_create(project=self.access.project, marks=marks, **fields)
        return Response(PromptSerializer(prompt).data, status=201 if created else 200)


class PromptView(ProjectAPI[Prompt]):
    serializer_class = PromptSerializer
    queryset = Prompt.objects.none()
    read_roles = (Role.ADMIN, Role.RESEARCHER)
    write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[Prompt]:
        return Prompt.objects.filter(project=self.access.project).visible()

    @extend_schema(operation_id="prompts_retrieve", responses=PromptSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(
            PromptSerializer(get_object_or_404(self.rows(), pk=self.kwargs["prompt_id"])).data
        )

    @extend_schema(operation_id="prompts_mark", request=MarksSerializer, responses=PromptSerializer)
    def patch(self, _request: Request, **_: Any) -> Response:
        """Mark a prompt anew; its tasks go to others from now on. Nothing else of it changes."""
        prompt = get_object_or_404(self.rows(), pk=self.kwargs["prompt_id"])
        marks = marks_take(self.body(MarksSerializer), marks_of(prompt))
        prompt = prompt_mark(actor=self.access.user, prompt=prompt, marks=marks)
        return Response(PromptSerializer(prompt).data)


class CompletionsView(ProjectAPI[Completion]):
    serializer_class = CompletionSerializer
    queryset = Completion.objects.none()
    read_roles = write_roles = (Role.ADMIN, Role.RESEARCHER)

    def prompt(self) -> Prompt:
        prompts = Prompt.objects.filter(project=self.access.project).visible()
        return get_object_or_404(prompts, pk=self.kwargs["prompt_id"])

    def rows(self) -> QuerySet[Completion]:
        return self.prompt().completions.order_by("id")

    @extend_schema(operation_id="completions_list", responses=CompletionSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        request=CompletionCreateSerializer,
        responses={201: CompletionSerializer, 200: CompletionSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Add an answer: 201, or 200 with the one that has the same text."""
        prompt = self.prompt()
        completion, created = completion_create(
            prompt=prompt, **self.body(CompletionCreateSerializer)
        )
        return Response(CompletionSerializer(completion).data, status=201 if created else 200)
