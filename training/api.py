"""Rounds and runs: start, watch, cancel."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from training.models import Metric, Round, RoundStage, Run
from training.rounds import round_cancel, round_go_on, round_retry, round_start
from training.runs import run_cancel, run_metrics
from training.status import round_status

READ = (Role.RESEARCHER, Role.ADMIN)
WRITE = (Role.RESEARCHER,)
POINTS = 300


class StageSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=RoundStage.Name.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # the name is a field's own
    state = serializers.ChoiceField(choices=RoundStage.State.choices)
    state_label = serializers.CharField()
    phase = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    figures = serializers.ListField(child=serializers.CharField())
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)
    error_cause = serializers.CharField()
    error_advice = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    run = serializers.IntegerField(allow_null=True)


class RoundStatusSerializer(serializers.Serializer[Any]):
    """A round with its stages; `needs` says what people must do for it to go on."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Round.State.choices)
    recipe = serializers.CharField()
    seed = serializers.IntegerField()
    started = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    needs = serializers.CharField()
    stages = StageSerializer(many=True)


class RoundSerializer(serializers.ModelSerializer[Round]):
    recipe = serializers.CharField(source="recipe_name")

    class Meta:
        model = Round
        fields = ("number", "state", "recipe", "seed", "created_at", "finished_at")


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object"}]})
class RecipeField(serializers.Field):  # type: ignore[type-arg]
    """A recipe's name, or a recipe as a document."""

    def to_internal_value(self, data: Any) -> str | dict[str, Any]:
        if not isinstance(data, str | dict):
            raise serializers.ValidationError(gettext("A recipe is a name or an object."))
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class RoundStartSerializer(StrictSerializer):
    recipe = RecipeField(default="laptop")
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class RunSerializer(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = (
            "id",
            "stage",
            "state",
            "attempt",
            "phase",
            "done",
            "total",
            "seed",
            "config",
            "error_cause",
            "error_advice",
            "queued_at",
            "started_at",
            "finished_at",
        )


class MetricsSerializer(serializers.Serializer[Any]):
    """Each metric's points, (step, value), thinned to a few hundred."""

    ended = serializers.BooleanField()
    metrics = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    )


class RoundsView(ProjectAPI[Round]):
    serializer_class = RoundSerializer
    queryset = Round.objects.none()
    read_roles, write_roles = READ, WRITE

    def rows(self) -> QuerySet[Round]:
        return Round.objects.filter(project=self.access.project).order_by("-number")

    @extend_schema(operation_id="rounds_list", responses=RoundSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="rounds_start",
        request=RoundStartSerializer,
        responses={201: RoundStatusSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Start the project's next round."""
        started = round_start(
            actor=self.access.user,
            project=self.access.project,
            **self.body(RoundStartSerializer),
        )
        return Response(round_status(started), status=201)


class RoundView(ProjectAPI[Round]):
    serializer_class = RoundStatusSerializer
    queryset = Round.objects.none()
    read_roles, write_roles = READ, WRITE

    def round(self) -> Round:
        rows = Round.objects.filter(project=self.access.project)
        return get_object_or_404(rows, number=self.kwargs["number"])

    @extend_schema(operation_id="rounds_retrieve", responses=RoundStatusSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(round_status(self.round()))


class RoundCancelView(RoundView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rounds_cancel", request=None, responses=RoundStatusSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Stop a running round; its unranked tasks are withdrawn."""
        round_cancel(actor=self.access.user, round=self.round())
        return Response(round_status(self.round()))


class RoundRetryView(RoundView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rounds_retry", request=None, responses=RoundStatusSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Go on with a failed round from the stage that failed."""
        round_retry(actor=self.access.user, round=self.round())
        return Response(round_status(self.round()))


class RoundGoOnView(RoundView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rounds_go_on", request=None, responses=RoundStatusSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Wait for no more rankings: the reward model trains on those there are."""
        round_go_on(actor=self.access.user, round=self.round())
        return Response(round_status(self.round()))


class RunsView(ProjectAPI[Run]):
    serializer_class = RunSerializer
    queryset = Run.objects.none()
    read_roles = READ

    def rows(self) -> QuerySet[Run]:
        return Run.objects.filter(project=self.access.project).order_by("-id")

    @extend_schema(operation_id="runs_list", responses=RunSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()


class RunView(ProjectAPI[Run]):
    serializer_class = RunSerializer
    queryset = Run.objects.none()
    read_roles, write_roles = READ, WRITE

    def run(self) -> Run:
        return get_object_or_404(
            Run.objects.filter(project=self.access.project), pk=self.kwargs["run_id"]
        )

    @extend_schema(operation_id="runs_retrieve", responses=RunSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(RunSerializer(self.run()).data)


class RunMetricsView(RunView):
    @extend_schema(
        operation_id="runs_metrics",
        parameters=[OpenApiParameter("name", str, description="Only this metric.")],
        responses=MetricsSerializer,
    )
    def get(self, _request: Request, **_: Any) -> Response:
        run = self.run()
        names = Metric.objects.filter(run=run).values_list("name", flat=True).distinct()
        wanted = self.request.query_params.get("name")
        points = {
            name: run_metrics(run, name, POINTS) for name in sorted(names) if wanted in (None, name)
        }
        return Response({"ended": run.ended, "metrics": points})


class RunCancelView(RunView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="runs_cancel", request=None, responses=RunSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Stop a run: at once while it waits, within seconds while it works."""
        run_cancel(actor=self.access.user, run=self.run())
        return Response(RunSerializer(self.run()).data)
