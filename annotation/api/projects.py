"""/api/projects/: the caller's projects and their settings."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import DomainView, ProjectAPI, Role, StrictSerializer
from annotation.copying import project_copy
from annotation.people.models import (
    Membership,
    Project,
    RankingAim,
    SeverityAsked,
    SuggestionsOffered,
    User,
)
from annotation.people.projects import project_create, project_may_create, project_update
from annotation.pool.models import PromptJob


class ProjectSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = (
            "slug",
            "name",
            "instructions",
            "instructions_version",
            "k_min",
            "k_max",
            "overlap",
            "rubric",
            "rubric_version",
            "lease_minutes",
            "max_open_leases",
            "agreement_wanted",
            "overlap_most",
            "revise_minutes",
            "queue_order",
            "gold_every",
            "daily_cap",
            "sensitive",
            "prompts_wanted",
            "prompts_per_day",
            "prompts_ask",
            "user_stories",
            "ranking_aim",
            "severity_asked",
            "harm_categories",
            "suggestions",
            "created_at",
        )


class ProjectChangeSerializer(StrictSerializer):
    """The settings of a project.

    `rubric`: {"likert": {"worst", "best", "required"?} or null, "flags": [{"key", "label",
    "only"?: annotations under which it is asked}], "annotations"?: [{"key", "label"}],
    "strength"?: "off", "optional" or "required"}
    """

    name = serializers.CharField(max_length=120)
    instructions = serializers.CharField(allow_blank=True, trim_whitespace=False, required=False)
    k_min = serializers.IntegerField(required=False)
    k_max = serializers.IntegerField(required=False)
    overlap = serializers.IntegerField(required=False)
    rubric = serializers.DictField(required=False)
    lease_minutes = serializers.IntegerField(required=False)
    max_open_leases = serializers.IntegerField(required=False)
    agreement_wanted = serializers.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        help_text="Percent of pairs, ties by one counted half: a ranking task whose labelers "
        "agree on less is given to one person more. 0: never.",
    )
    overlap_most = serializers.IntegerField(
        min_value=1, max_value=50, required=False, help_text="The most people of such a task."
    )
    revise_minutes = serializers.IntegerField(
        min_value=0,
        max_value=30 * 24 * 60,
        required=False,
        help_text="How long after handing in labelers may change what they said. 0: never.",
    )
    queue_order = serializers.ChoiceField(choices=Project.QueueOrder.choices, required=False)
    gold_every = serializers.IntegerField(
        min_value=0,
        max_value=1_000,
        required=False,
        help_text="One claim in how many gives a labeler's unseen gold first. 0: no gold.",
    )
    daily_cap = serializers.IntegerField(
        min_value=0,
        max_value=10_000,
        required=False,
        help_text="Submissions of one labeler and day, in the site's time zone. 0: any number.",
    )
    sensitive = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(max_length=80)),
        required=False,
        help_text='Categories of content that labelers may decline: {"key", "label"} each.',
    )


class ProjectCreateSerializer(ProjectChangeSerializer):
    slug = serializers.SlugField(max_length=60, required=False)


class ProjectPatchSerializer(ProjectChangeSerializer):
    name = serializers.CharField(max_length=120, required=False)
    prompts_wanted = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    prompts_per_day = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    prompts_ask = serializers.BooleanField(required=False)
    user_stories = serializers.CharField(allow_blank=True, required=False)
    ranking_aim = serializers.ChoiceField(
        choices=RankingAim.choices,
        required=False,
        help_text="What rank 1 is on the page where labelers rank. Stored ranks begin with the "
        "best.",
    )
    severity_asked = serializers.ChoiceField(choices=SeverityAsked.choices, required=False)
    harm_categories = serializers.CharField(allow_blank=True, required=False)
    suggestions = serializers.ChoiceField(
        choices=SuggestionsOffered.choices,
        required=False,
        help_text="Whether labelers may ask for a model's text to start a demonstration from.",
    )


class ProjectCopySerializer(StrictSerializer):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60, required=False)
    prompts = serializers.BooleanField(
        default=False, help_text="Those that no labeler wrote, each with its split."
    )
    members = serializers.BooleanField(default=False)


class CopyProgressSerializer(serializers.ModelSerializer[PromptJob]):
    class Meta:
        model = PromptJob
        fields = ("state", "done", "total", "error")


class ProjectsView(DomainView[Project]):
    serializer_class = ProjectSerializer
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        user = self.request.user
        assert isinstance(user, User)  # by IsAuthenticated
        projects = Project.objects.order_by("slug")
        if user.is_superuser:
            return projects
        mine = Membership.objects.filter(user=user, state=Membership.State.ACTIVE)
        return projects.filter(pk__in=mine.values("project"))

    @extend_schema(operation_id="projects_list", responses=ProjectSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """The projects that the caller is an active member of."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=ProjectCreateSerializer, responses={201: ProjectSerializer})
    def post(self, request: Request) -> Response:
        """Create a project; the caller becomes its admin."""
        assert isinstance(request.user, User)  # by IsAuthenticated
        if not project_may_create(request.user):
            raise PermissionDenied(gettext("Ask the site admin for a project of your own."))
        project = project_create(actor=request.user, **self.body(ProjectCreateSerializer))
        return Response(ProjectSerializer(project).data, status=status.HTTP_201_CREATED)


class ProjectView(ProjectAPI[Project]):
    serializer_class = ProjectSerializer
    queryset = Project.objects.none()
    write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="projects_retrieve", responses=ProjectSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """A project's settings, with the instructions and the rubric that labelers follow."""
        return Response(ProjectSerializer(self.access.project).data)

    @extend_schema(request=ProjectPatchSerializer, responses=ProjectSerializer)
    def patch(self, _request: Request, **_: Any) -> Response:
        """Change some settings; new instructions or a new rubric make a new version of them."""
        changes: dict[str, Any] = self.body(ProjectPatchSerializer)
        project = project_update(actor=self.access.user, project=self.access.project, **changes)
        return Response(ProjectSerializer(project).data)


class ProjectCopyView(ProjectAPI[Project]):
    serializer_class = ProjectSerializer
    queryset = Project.objects.none()
    read_roles = write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="projects_copied", responses=CopyProgressSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """Of a project that was made by copying: how far its prompts are."""
        jobs = PromptJob.objects.filter(project=self.access.project, kind=PromptJob.Kind.COPY)
        return Response(CopyProgressSerializer(get_object_or_404(jobs.order_by("-pk")[:1])).data)

    @extend_schema(
        operation_id="projects_copy",
        request=ProjectCopySerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Make a project with this one's settings; never with its labels."""
        said = self.body(ProjectCopySerializer)
        if not project_may_create(self.access.user):
            raise PermissionDenied(gettext("Ask the site admin for a project of your own."))
        made = project_copy(actor=self.access.user, source=self.access.project, **said)
        return Response(ProjectSerializer(made).data, status=status.HTTP_201_CREATED)
