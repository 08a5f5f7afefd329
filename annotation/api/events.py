"""/api/projects/<slug>/events/: who changed what, for an admin."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.people.events import data_told, events_found
from annotation.people.models import AuditEvent


class EventSerializer(serializers.ModelSerializer[AuditEvent]):
    actor = serializers.CharField(
        source="actor.username", default=None, help_text="null: the site itself."
    )
    project = serializers.CharField(source="project.slug", default=None)
    details = serializers.SerializerMethodField(
        help_text="What was said of it. `changes`: {field: [before, after]}."
    )

    class Meta:
        model = AuditEvent
        fields = ("id", "created_at", "actor", "project", "verb", "target", "details")

    def get_details(self, event: AuditEvent) -> dict[str, Any]:
        return data_told(event)


class EventFiltersSerializer(StrictSerializer):
    actor = serializers.CharField(required=False, max_length=150, help_text="A username.")
    verb = serializers.CharField(required=False, max_length=40)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Up to, and not at, this moment.")


def filters_read(request: Request) -> dict[str, Any]:
    paging = {"limit", "offset", "format"}
    said = {name: value for name, value in request.query_params.items() if name not in paging}
    filters = EventFiltersSerializer(data=said)
    filters.is_valid(raise_exception=True)
    return dict(filters.validated_data)


class EventsView(ProjectAPI[AuditEvent]):
    serializer_class = EventSerializer
    queryset = AuditEvent.objects.none()
    read_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[AuditEvent]:
        return events_found(project=self.access.project, **filters_read(self.request))

    @extend_schema(
        operation_id="events_list",
        parameters=[EventFiltersSerializer],
        responses=EventSerializer(many=True),
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """Changes of settings, members and the like, the latest first."""
        return self.listed()
