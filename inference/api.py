"""Models and sampling jobs, to read."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from inference.models import ModelVersion, ProjectBase, SamplingItem, SamplingJob
from inference.registry import MAX_REFERENCE, base_model_set, base_reference

ROLES = (Role.ADMIN, Role.RESEARCHER)


class ModelSerializer(serializers.ModelSerializer[ModelVersion]):
    class Meta:
        model = ModelVersion
        fields = (
            "id",
            "name",
            "kind",
            "state",
            "made_by",
            "template_hash",
            "metrics",
            "created_at",
        )


class SamplingJobSerializer(serializers.ModelSerializer[SamplingJob]):
    prompts = serializers.IntegerField(help_text="Prompts to answer.")
    answered = serializers.IntegerField(help_text="Prompts whose answers are in the queue.")
    too_few = serializers.IntegerField(help_text="Prompts with too few different answers.")
    refused = serializers.IntegerField(help_text="Prompts that the model refused, as too long.")

    class Meta:
        model = SamplingJob
        fields = (
            "id",
            "state",
            "attempt",
            "phase",
            "done",
            "total",
            "k",
            "seed",
            "config",
            "prompts",
            "answered",
            "too_few",
            "refused",
            "error_cause",
            "error_advice",
            "queued_at",
            "started_at",
            "finished_at",
        )


class BaseModelSerializer(StrictSerializer):
    reference = serializers.CharField(
        allow_blank=True,
        max_length=MAX_REFERENCE,
        help_text="A folder of the storage or a hub's name; empty for the site's own base.",
    )


class BaseModelView(ProjectAPI[ProjectBase]):
    serializer_class = BaseModelSerializer
    queryset = ProjectBase.objects.none()
    read_roles = write_roles = ROLES

    @extend_schema(operation_id="base_retrieve", responses=BaseModelSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """The base model that the project has chosen to train from."""
        return Response({"reference": base_reference(project=self.access.project)})

    @extend_schema(
        operation_id="base_update", request=BaseModelSerializer, responses=BaseModelSerializer
    )
    def put(self, request: Request, **_: Any) -> Response:
        """Choose it, for the stages that begin from now on."""
        chosen: dict[str, Any] = self.body(BaseModelSerializer)
        base_model_set(actor=self.access.user, project=self.access.project, **chosen)
        return self.get(request)


class ModelsView(ProjectAPI[ModelVersion]):
    serializer_class = ModelSerializer
    queryset = ModelVersion.objects.none()
    read_roles = ROLES

    def rows(self) -> QuerySet[ModelVersion]:
        return ModelVersion.objects.filter(project=self.access.project).order_by("id")

    @extend_schema(operation_id="models_list", responses=ModelSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()


class ModelView(ModelsView):
    @extend_schema(operation_id="models_retrieve", responses=ModelSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(
            ModelSerializer(get_object_or_404(self.rows(), pk=self.kwargs["model_id"])).data
        )


class SamplingJobsView(ProjectAPI[SamplingJob]):
    serializer_class = SamplingJobSerializer
    queryset = SamplingJob.objects.none()
    read_roles = ROLES

    def rows(self) -> QuerySet[Any]:
        state = SamplingItem.State
        return (
            SamplingJob.objects.filter(project=self.access.project)
            .annotate(
                prompts=Count("items"),
                answered=Count("items", filter=Q(items__state=state.DONE)),
                too_few=Count("items", filter=Q(items__state=state.TOO_FEW)),
                refused=Count("items", filter=Q(items__state=state.REFUSED)),
            )
            .order_by("-id")
        )

    @extend_schema(operation_id="sampling_jobs_list", responses=SamplingJobSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()


class SamplingJobView(SamplingJobsView):
    @extend_schema(operation_id="sampling_jobs_retrieve", responses=SamplingJobSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(
            SamplingJobSerializer(get_object_or_404(self.rows(), pk=self.kwargs["job_id"])).data
        )
