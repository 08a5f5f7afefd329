"""/api/projects/<slug>/members/: who works in a project, and what each may do."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.people.members import member_enrol
from annotation.people.models import Membership, MembershipRole
from annotation.people.projects import member_update


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """What a member wants to see or not is their own and stands nowhere here."""

    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.get_full_name", read_only=True)
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = (
            "id",
            "username",
            "name",
            "roles",
            "state",
            "heldout",
            "languages",
            "skills",
            "created_at",
        )

    def get_roles(self, membership: Membership) -> list[str]:
        return sorted(row.role for row in membership.roles.all())


class MemberChangeSerializer(StrictSerializer):
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=MembershipRole.Role.choices), required=False
    )
    state = serializers.ChoiceField(choices=Membership.State.choices, required=False)
    heldout = serializers.BooleanField(
        required=False, help_text="Is given evaluation tasks only: nothing said ever trains."
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, help_text="Such as en, pt-BR."
    )
    skills = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class MemberAddSerializer(MemberChangeSerializer):
    username = serializers.CharField(max_length=150)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=MembershipRole.Role.choices), allow_empty=False
    )
    email = serializers.EmailField(required=False, help_text="Of a new account.")
    password = serializers.CharField(
        required=False,
        trim_whitespace=False,
        max_length=4096,
        help_text="Makes the account. Leave it out where the person has one.",
    )


class MembersView(ProjectAPI[Membership]):
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()
    read_roles = write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[Membership]:
        rows = self.access.project.memberships.select_related("user")
        return rows.prefetch_related("roles").order_by("user__username")

    @extend_schema(operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="members_create",
        request=MemberAddSerializer,
        responses={201: MemberSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Add somebody who has an account, or make one with a first password."""
        said = self.body(MemberAddSerializer)
        member = member_enrol(actor=self.access.user, project=self.access.project, **said)
        return Response(MemberSerializer(member).data, status=status.HTTP_201_CREATED)


class MemberView(MembersView):
    http_method_names = ["get", "patch", "options"]

    def member(self) -> Membership:
        return get_object_or_404(self.rows(), pk=self.kwargs["member_id"])

    @extend_schema(operation_id="members_retrieve", responses=MemberSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(MemberSerializer(self.member()).data)

    @extend_schema(
        operation_id="members_update", request=MemberChangeSerializer, responses=MemberSerializer
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """Change what a member is and may do. A person may hold several roles; `roles` are all."""
        member_update(
            actor=self.access.user,
            membership=self.member(),
            **self.body(MemberChangeSerializer),
        )
        return Response(MemberSerializer(self.member()).data)
