"""/api/site/: what the site admin looks after; everybody else gets 403."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import DomainView, M, StrictSerializer
from annotation.api.events import EventFiltersSerializer, EventSerializer, filters_read
from annotation.people.accounts import account_update, accounts_found
from annotation.people.events import events_found
from annotation.people.models import AuditEvent, User
from annotation.people.projects import user_create
from annotation.site import project_sizes, site_size


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "first_name",
            "last_name",
            "email",
            "is_active",
            "is_superuser",
            "date_joined",
            "last_login",
        )


class PersonNewSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, required=False)
    password = serializers.CharField(trim_whitespace=False, max_length=4096)


class PersonChangeSerializer(StrictSerializer):
    user = serializers.CharField(max_length=150, help_text="Whose: the username.")
    first_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    is_active = serializers.BooleanField(required=False, help_text="false: suspended.")
    is_superuser = serializers.BooleanField(required=False, help_text="true: a site admin.")


class ProjectSizeSerializer(serializers.Serializer[Any]):
    project = serializers.CharField(source="project.slug")
    name = serializers.CharField(source="project.name")
    members = serializers.IntegerField()
    prompts = serializers.IntegerField()
    tasks = serializers.IntegerField()
    demonstrations = serializers.IntegerField()
    rankings = serializers.IntegerField()


class SiteSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    suspended = serializers.IntegerField()
    database = serializers.IntegerField(help_text="Bytes.")
    free = serializers.IntegerField(allow_null=True, help_text="Bytes on the disk.")
    projects = ProjectSizeSerializer(many=True)


class SiteAPI(DomainView[M]):
    serializer_class: Any = PersonSerializer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.admin.is_superuser:
            raise PermissionDenied(gettext("Only the site's admins come here."))

    @property
    def admin(self) -> User:
        assert isinstance(self.request.user, User)  # by IsAuthenticated
        return self.request.user


class SiteView(SiteAPI[User]):
    queryset = User.objects.none()

    @extend_schema(operation_id="site_retrieve", responses=SiteSerializer)
    def get(self, _request: Request) -> Response:
        """How much there is, in all and in each project."""
        size = site_size()
        said = {
            "people": size.people,
            "suspended": size.suspended,
            "database": size.database,
            "free": size.free,
            "projects": project_sizes(),
        }
        return Response(SiteSerializer(said).data)


class SitePeopleView(SiteAPI[User]):
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return accounts_found(words=self.request.query_params.get("words", "")[:150])

    @extend_schema(operation_id="site_people_list", responses=PersonSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """All accounts; `words` narrows them to a part of a name or address."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="site_people_create",
        request=PersonNewSerializer,
        responses={201: PersonSerializer},
    )
    def post(self, _request: Request) -> Response:
        """Make an account."""
        made = user_create(actor=self.admin, **self.body(PersonNewSerializer))
        return Response(PersonSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="site_people_update",
        request=PersonChangeSerializer,
        responses=PersonSerializer,
    )
    def patch(self, _request: Request) -> Response:
        """Change an account: suspend it, or make its person a site admin."""
        said = self.body(PersonChangeSerializer)
        user = User.objects.filter(username=said.pop("user")).first()
        if user is None:
            raise ValidationError({"user": gettext("Nobody is called so.")})
        changed = account_update(actor=self.admin, user=user, **said)
        return Response(PersonSerializer(changed).data)


class SiteEventsView(SiteAPI[AuditEvent]):
    queryset = AuditEvent.objects.none()
    serializer_class = EventSerializer

    @extend_schema(
        operation_id="site_events_list",
        parameters=[EventFiltersSerializer],
        responses=EventSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Changes in every project, and of accounts, the latest first."""
        page = self.paginate_queryset(events_found(**filters_read(request)))
        return self.get_paginated_response(EventSerializer(page, many=True).data)
