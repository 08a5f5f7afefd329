"""Imports and exports: /api/projects/<slug>/imports/ and exports/."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.parsers import BoundedJSONParser
from annotation.exchange.exports import FORMS, ExportFilters, export_lines
from annotation.exchange.imports import batch_cancel, batch_preview, batch_start, batch_upload
from annotation.exchange.reports import report_told
from annotation.people.models import Project
from annotation.prompts.models import ImportBatch, Prompt, UseCase


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    report = serializers.SerializerMethodField(
        help_text="Counts, and why which lines were refused or parts of them left out."
    )

    class Meta:
        model = ImportBatch
        fields = (
            "id",
            "kind",
            "state",
            "filename",
            "sha256",
            "licence",
            "notes",
            "good_lines_only",
            "lines_done",
            "lines_total",
            "report",
            "created_at",
            "finished_at",
        )

    def get_report(self, batch: ImportBatch) -> dict[str, Any]:
        return report_told(batch.report)


class PreviewLineSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    form = serializers.CharField(help_text="The format that the line was read as.")
    becomes = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    lines = PreviewLineSerializer(many=True)
    problem = serializers.CharField(help_text="Why the file as a whole cannot be read.")


class ImportDetailSerializer(ImportSerializer):
    preview = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = (*ImportSerializer.Meta.fields, "preview")  # type: ignore[assignment]

    @extend_schema_field(PreviewSerializer(allow_null=True))
    def get_preview(self, batch: ImportBatch) -> dict[str, Any] | None:
        if batch.state != ImportBatch.State.PREVIEW:
            return None
        return dict(PreviewSerializer(batch_preview(batch=batch)).data)


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JSONL, JSON, CSV or Parquet.")
    kind = serializers.ChoiceField(
        choices=ImportBatch.Kind.choices, default=ImportBatch.Kind.AUTO.value
    )
    licence = serializers.CharField(max_length=120, required=False, allow_blank=True)
    notes = serializers.CharField(
        max_length=2_000,
        required=False,
        allow_blank=True,
        help_text="Where it comes from, who consented to what.",
    )


class StartSerializer(StrictSerializer):
    good_lines_only = serializers.BooleanField(default=False)


class ImportsView(ProjectAPI[ImportBatch]):
    serializer_class = ImportSerializer
    queryset = ImportBatch.objects.none()
    parser_classes = [MultiPartParser, BoundedJSONParser]
    read_roles = write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.filter(project=self.access.project).order_by("-id")

    @extend_schema(operation_id="imports_list", responses=ImportSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="imports_upload",
        request={"multipart/form-data": UploadSerializer},
        responses={201: ImportDetailSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Upload a file and get its preview. Nothing is imported before it is started."""
        fields = self.body(UploadSerializer)
        batch = batch_upload(
            actor=self.access.user,
            project=self.access.project,
            file=fields["file"],
            filename=fields["file"].name,
            kind=fields["kind"],
            licence=fields.get("licence", ""),
            notes=fields.get("notes", ""),
        )
        return Response(ImportDetailSerializer(batch).data, status=201)


class ImportView(ProjectAPI[ImportBatch]):
    serializer_class = ImportDetailSerializer
    queryset = ImportBatch.objects.none()
    read_roles = write_roles = (Role.ADMIN,)

    def batch(self) -> ImportBatch:
        rows = ImportBatch.objects.filter(project=self.access.project)
        return get_object_or_404(rows, pk=self.kwargs["import_id"])

    @extend_schema(operation_id="imports_retrieve", responses=ImportDetailSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """An import's progress and report; its preview while it has not been started."""
        return Response(ImportDetailSerializer(self.batch()).data)


class ImportStartView(ImportView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="imports_start", request=StartSerializer, responses={202: ImportSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Start the import: of all lines if all are good, or of the good ones."""
        batch = self.batch()
        batch_start(actor=self.access.user, batch=batch, **self.body(StartSerializer))
        return Response(ImportSerializer(batch).data, status=202)


class ImportCancelView(ImportView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="imports_cancel", request=None, responses=ImportSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        batch = self.batch()
        batch_cancel(batch=batch)
        return Response(ImportSerializer(batch).data)


class LinesRenderer(JSONRenderer):
    """JSON lines; what is no stream, an error say, is one line."""

    media_type = "application/x-ndjson"
    format = "jsonl"


class FiltersSerializer(StrictSerializer):
    until = serializers.DateTimeField(required=False)
    use_case = serializers.MultipleChoiceField(choices=UseCase.choices, required=False)
    split = serializers.MultipleChoiceField(choices=Prompt.Split.choices, required=False)
    kept_most = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        help_text="Leave out demonstrations that keep a larger share of a suggested text.",
    )


class ExportView(ProjectAPI[Project]):
    serializer_class = FiltersSerializer
    queryset = Project.objects.none()
    read_roles = (Role.ADMIN, Role.RESEARCHER)
    renderer_classes = [JSONRenderer, LinesRenderer]

    @extend_schema(
        operation_id="exports_retrieve",
        parameters=[
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=sorted(FORMS)),
            FiltersSerializer,
        ],
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def get(self, request: Request, **_: Any) -> StreamingHttpResponse:
        """What trains of the project's labels, as JSON lines in one of the forms."""
        form = self.kwargs["form"]
        lines = export_lines(
            project=self.access.project, form=form, filters=filters_read(request.query_params)
        )
        response = StreamingHttpResponse(
            encoded(lines), content_type="application/x-ndjson; charset=utf-8"
        )
        name = f"{self.access.project.slug}-{form}.jsonl"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def filters_read(query: QueryDict) -> ExportFilters:
    """The filters of an export's address, where `use_case` and `split` may stand several times."""
    several = ("use_case", "split")
    given: dict[str, Any] = {
        name: query.getlist(name) if name in several else query[name] for name in query
    }
    given.pop("format", None)  # the content negotiation's
    serializer = FiltersSerializer(data=given)
    serializer.is_valid(raise_exception=True)
    wanted = serializer.validated_data
    return ExportFilters(
        until=wanted.get("until"),
        use_cases=tuple(sorted(wanted["use_case"])) if "use_case" in wanted else None,
        splits=tuple(sorted(wanted["split"])) if "split" in wanted else None,
        kept_most=wanted.get("kept_most"),
    )


def encoded(lines: Iterable[Any]) -> Iterator[bytes]:
    for line in lines:
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"
