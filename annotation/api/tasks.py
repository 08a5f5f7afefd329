"""/api/projects/<slug>/tasks/: the queue as admins and researchers see and fill it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.marks import MarksSerializer, marks_take
from annotation.feedback.asking import MOST_ASKED, demonstrations_ask
from annotation.prompts.marks import marks_of
from annotation.prompts.models import Completion, Prompt
from annotation.queue.models import EVERYBODY, Task
from annotation.queue.tasks import task_close, task_create

ROLES = (Role.ADMIN, Role.RESEARCHER)
# The queue has no pages for the other kinds and purposes yet.
KINDS = [(kind.value, kind.label) for kind in (Task.Kind.DEMONSTRATION, Task.Kind.RANKING)]
PURPOSES = [
    (purpose.value, purpose.label) for purpose in (Task.Purpose.TRAIN, Task.Purpose.EVALUATION)
]


class TaskSerializer(serializers.ModelSerializer[Task]):
    overlap = serializers.SerializerMethodField(help_text="Null where the task is for everybody.")
    language = serializers.CharField(source="route.language")
    skills = serializers.ListField(source="route.tags", child=serializers.CharField())
    sensitive = serializers.ListField(source="route.categories", child=serializers.CharField())

    class Meta:
        model = Task
        fields = (
            "id",
            "kind",
            "purpose",
            "state",
            "prompt",
            "k",
            "overlap",
            "overlap_raised",
            "priority",
            "language",
            "skills",
            "sensitive",
            "submitted_count",
            "leased_count",
            "created_at",
        )

    def get_overlap(self, task: Task) -> int | None:
        return None if task.overlap == EVERYBODY else task.overlap


class IdField(serializers.IntegerField):
    """A row's id; a number that no database holds is refused before it is asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)


class TaskCreateSerializer(MarksSerializer):
    """`completions`: ids of different answers to the prompt, for a ranking task.

    Its language, skills and sensitive categories are the prompt's where none are given.
    """

    kind = serializers.ChoiceField(choices=KINDS)
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False)
    prompt = IdField()
    completions = serializers.ListField(child=IdField(), required=False, max_length=9)
    overlap = serializers.IntegerField(min_value=1, max_value=50, required=False)
    priority = serializers.IntegerField(min_value=-1_000, max_value=1_000, required=False)


class AskSerializer(StrictSerializer):
    """`count`: for how many demonstrations to ask at most."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_ASKED)


class AskedSerializer(serializers.Serializer[Any]):
    """`asked`: for how many demonstrations labelers were asked."""

    asked = serializers.IntegerField()


class TasksView(ProjectAPI[Task]):
    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    read_roles = write_roles = ROLES

    def rows(self) -> QuerySet[Task]:
        tasks = Task.objects.filter(project=self.access.project).visible()
        return tasks.select_related("route").order_by("id")

    @extend_schema(operation_id="tasks_list", responses=TaskSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(request=TaskCreateSerializer, responses={201: TaskSerializer})
    def post(self, _request: Request, **_: Any) -> Response:
        """Put a task into the queue."""
        fields: dict[str, Any] = self.body(TaskCreateSerializer)
        fields["prompt"] = self.prompt_find(fields["prompt"])
        fields["completions"] = self.completions_find(
            fields["prompt"], fields.get("completions", [])
        )
        fields["marks"] = marks_take(fields, marks_of(fields["prompt"]))
        task = task_create(project=self.access.project, **fields)
        return Response(TaskSerializer(task).data, status=201)

    def prompt_find(self, prompt_id: int) -> Prompt:
        prompts = Prompt.objects.filter(project=self.access.project).in_use()
        prompt = prompts.filter(pk=prompt_id).first()
        if prompt is None:
            raise serializers.ValidationError(
                {"prompt": [gettext("The project has no such prompt.")]}
            )
        return prompt

    def completions_find(self, prompt: Prompt, ids: list[int]) -> list[Completion]:
        found = Completion.objects.filter(prompt=prompt).in_bulk(ids)
        if missing := [pk for pk in ids if pk not in found]:
            words = gettext("The prompt has no completion %(number)s.")
            raise serializers.ValidationError(
                {"completions": [words % {"number": pk} for pk in missing]}
            )
        return [found[pk] for pk in ids]


class TaskView(ProjectAPI[Task]):
    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    read_roles = write_roles = ROLES

    def rows(self) -> QuerySet[Task]:
        tasks = Task.objects.filter(project=self.access.project).visible()
        return tasks.select_related("route")

    @extend_schema(operation_id="tasks_retrieve", responses=TaskSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(
            TaskSerializer(get_object_or_404(self.rows(), pk=self.kwargs["task_id"])).data
        )


class TaskCloseView(TaskView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="tasks_close", request=None, responses=TaskSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Withdraw a task from the queue. What is being done on it may still be submitted."""
        task = get_object_or_404(self.rows(), pk=self.kwargs["task_id"])
        task_close(task=task)
        return Response(TaskSerializer(task).data)


class DemonstrationsView(ProjectAPI[Task]):
    serializer_class = AskedSerializer
    queryset = Task.objects.none()
    http_method_names = ["post", "options"]
    read_roles = write_roles = ROLES

    @extend_schema(
        operation_id="tasks_demonstrations", request=AskSerializer, responses={201: AskedSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Ask for demonstrations of the oldest prompts that have none and wait for none."""
        asked = demonstrations_ask(
            actor=self.access.user, project=self.access.project, **self.body(AskSerializer)
        )
        return Response({"asked": asked}, status=201)
