"""The report of a project's quality: /api/projects/<slug>/quality/."""

import csv
import io
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role
from annotation.quality.asking import report_ask, report_of
from annotation.quality.models import QualityReport
from annotation.quality.page import labeler_names
from annotation.quality.tables import TABLES, figures_named
from annotation.quality.wording import finding_text


class QualityReportSerializer(serializers.ModelSerializer[QualityReport]):
    figures = serializers.SerializerMethodField(
        help_text="Of the last report that came to its end; {} while there was none."
    )
    findings = serializers.SerializerMethodField(help_text="The findings in words.")

    class Meta:
        model = QualityReport
        fields = ("state", "computed_at", "seconds", "through", "error", "findings", "figures")

    def get_figures(self, report: QualityReport) -> dict[str, Any]:
        if not report.figures:
            return {}
        figures: dict[str, Any] = figures_named(report.figures, labeler_names(report.figures))
        return figures

    def get_findings(self, report: QualityReport) -> list[str]:
        if not report.figures:
            return []
        names = labeler_names(report.figures)
        return [finding_text(each, names[each["labeler"]]) for each in report.figures["findings"]]


class QualityView(ProjectAPI[QualityReport]):
    serializer_class = QualityReportSerializer
    queryset = QualityReport.objects.none()
    read_roles = write_roles = (Role.ADMIN, Role.REVIEWER)

    @extend_schema(operation_id="quality_retrieve", responses=QualityReportSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """The last report: agreement, biases, trust, findings."""
        return Response(QualityReportSerializer(report_of(self.access.project)).data)

    @extend_schema(
        operation_id="quality_compute", request=None, responses={202: QualityReportSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Have the report computed anew; its state tells when it is there."""
        report = report_ask(project=self.access.project)
        return Response(QualityReportSerializer(report).data, status=202)


class CSVRenderer(BaseRenderer):
    """What is no table, an error say, is JSON."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        return bytes(JSONRenderer().render(data))


class QualityTableView(ProjectAPI[QualityReport]):
    serializer_class = QualityReportSerializer
    queryset = QualityReport.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    renderer_classes = [JSONRenderer, CSVRenderer]

    @extend_schema(
        operation_id="quality_table",
        parameters=[
            OpenApiParameter("table", str, OpenApiParameter.PATH, enum=sorted(TABLES)),
            OpenApiParameter("format", exclude=True),  # the two renderers': errors are JSON
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, _request: Request, **_: Any) -> HttpResponse:
        """A table of the last report as CSV."""
        table = self.kwargs["table"]
        if table not in TABLES:
            raise Http404(gettext("There is no such table."))
        figures = report_of(self.access.project).figures
        rows = list(TABLES[table](figures, labeler_names(figures))) if figures else []
        response = HttpResponse(table_text(rows), content_type="text/csv; charset=utf-8")
        name = f"{self.access.project.slug}-quality-{table}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def table_text(rows: list[dict[str, Any]]) -> str:
    """Rows of one form as CSV, with a head; nothing where there are none."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A spreadsheet would compute a text that begins like a formula."""
    dangerous = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return f"'{value}" if dangerous else value
