"""/api/projects/<slug>/prompts/ and the completions below each prompt."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.built import read
from annotation.api.marks import MarksSerializer, marks_take
from annotation.pool.edits import Move, change_read, prompts_edit
from annotation.pool.models import PromptFinding
from annotation.pool.selecting import Wanted, prompts_select
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
            "licence",
            "consent",
            "notice_version",
            "split",
            "state",
            "private",
            "over_cap",
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


class SearchSerializer(StrictSerializer):
    """What is looked for; what is left out narrows nothing."""

    words = serializers.CharField(required=False, max_length=200, help_text="All stand in it.")
    use_case = serializers.ChoiceField(choices=UseCase.choices, required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is a field's own
        choices=Prompt.Source.choices, required=False
    )
    split = serializers.ChoiceField(choices=Prompt.Split.choices, required=False)
    state = serializers.ChoiceField(choices=Prompt.State.choices, required=False)
    finding = serializers.ChoiceField(
        choices=PromptFinding.Kind.choices, required=False, help_text="Of which one is open."
    )
    marked = serializers.RegexField(
        r"^(language|skills|sensitive):[\w-]{1,40}$",
        required=False,
        help_text="Such as language:de or skills:law.",
    )
    contributor = serializers.CharField(required=False, max_length=120)


SEARCHED = tuple(str(name) for name in SearchSerializer().fields)


class PromptChangeSerializer(MarksSerializer):
    """What is to be changed; what is left out stays. `language` may be "identified": as scanned."""

    use_case = serializers.ChoiceField(choices=UseCase.choices, required=False)
    move = serializers.ChoiceField(choices=Move.choices, required=False)


class EditSerializer(StrictSerializer):
    ids = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=10_000)
    search = SearchSerializer(required=False, help_text="All that it finds; {} is every prompt.")
    change = PromptChangeSerializer()


class EditedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="Prompts changed at once.")
    job = serializers.IntegerField(
        allow_null=True, help_text="Of prompt-jobs, where a worker changes them."
    )


class PromptsEditView(ProjectAPI[Prompt]):
    serializer_class = EditSerializer
    queryset = Prompt.objects.none()
    write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="prompts_edit", request=EditSerializer, responses=EditedSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Change the prompts named by `ids`, or all that `search` finds."""
        body = self.body(EditSerializer)
        if ("ids" in body) == ("search" in body):
            raise serializers.ValidationError({"ids": [gettext("Name ids or a search.")]})
        ids = body.get("ids")
        wanted = Wanted(**body["search"]) if ids is None else Wanted(ids=tuple(ids))
        changed, job = prompts_edit(
            actor=self.access.user,
            project=self.access.project,
            wanted=wanted,
            change=change_read(**body["change"]),
        )
        return Response({"changed": changed, "job": job.pk if job else None})


class PromptsView(ProjectAPI[Prompt]):
    serializer_class = PromptSerializer
    queryset = Prompt.objects.none()
    read_roles = write_roles = (Role.ADMIN, Role.RESEARCHER)

    def rows(self) -> QuerySet[Prompt]:
        query = self.request.query_params
        asked = {name: query[name] for name in SEARCHED if name in query}
        wanted = Wanted(**read(SearchSerializer, asked))
        return prompts_select(self.access.project, wanted).order_by("id")

    @extend_schema(
        operation_id="prompts_list",
        parameters=[SearchSerializer],
        responses=PromptSerializer(many=True),
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """The prompts that all that is asked for fits, the oldest first."""
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
