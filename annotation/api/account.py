"""/api/account/: who the caller is, where, and their e-mail and password."""

from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from annotation.api.base import DomainView, PersonThrottle, StrictSerializer
from annotation.people.models import Membership, User
from annotation.people.passwords import email_change, password_change
from annotation.people.throttle import OwnThrottle


class StandingSerializer(serializers.Serializer[Any]):
    project = serializers.CharField(source="project.slug")
    roles = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=Membership.State.choices)

    def get_roles(self, membership: Membership) -> list[str]:
        return sorted(row.role for row in membership.roles.all())


class AccountSerializer(serializers.ModelSerializer[User]):
    site_admin = serializers.BooleanField(source="is_superuser", read_only=True)
    memberships = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "site_admin", "memberships")

    @extend_schema_field(StandingSerializer(many=True))
    def get_memberships(self, user: User) -> list[dict[str, Any]]:
        rows = user.memberships.exclude(state=Membership.State.SUSPENDED)
        rows = rows.select_related("project").prefetch_related("roles").order_by("project__slug")
        return list(StandingSerializer(rows, many=True).data)


class EmailChangeSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(trim_whitespace=False, max_length=4096)


class PasswordChangeSerializer(StrictSerializer):
    old_password = serializers.CharField(trim_whitespace=False, max_length=4096)
    new_password = serializers.CharField(trim_whitespace=False, max_length=4096)


class OwnView(DomainView[User]):
    """Of the caller. What tries a password counts as trying to sign in does."""

    queryset = User.objects.none()
    serializer_class = AccountSerializer

    def get_throttles(self) -> list[BaseThrottle]:
        writes = self.request.method not in ("GET", "HEAD", "OPTIONS")
        return [PersonThrottle(), *([OwnThrottle()] if writes else [])]

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.filter(username=self.request.user.get_username())

    def me(self) -> User:
        return self.get_queryset().get()


class AccountView(OwnView):
    @extend_schema(operation_id="account_retrieve", responses=AccountSerializer)
    def get(self, _request: Request) -> Response:
        return Response(AccountSerializer(self.me()).data)

    @extend_schema(
        operation_id="account_update", request=EmailChangeSerializer, responses=AccountSerializer
    )
    def patch(self, _request: Request) -> Response:
        """Change the e-mail address, to which a link for a new password goes."""
        said, user = self.body(EmailChangeSerializer), self.me()
        if not user.check_password(said["password"]):
            raise serializers.ValidationError({"password": [gettext("That is not your password.")]})
        email_change(user=user, email=said["email"])
        return Response(AccountSerializer(self.me()).data)


class PasswordView(OwnView):
    @extend_schema(
        operation_id="account_password", request=PasswordChangeSerializer, responses={204: None}
    )
    def post(self, _request: Request) -> Response:
        """Set a new password. It revokes the token with which this was called, too."""
        said, user = self.body(PasswordChangeSerializer), self.me()
        new = said["new_password"]
        form = PasswordChangeForm(
            user,
            {"old_password": said["old_password"], "new_password1": new, "new_password2": new},
        )
        if not form.is_valid():
            # The form asks for the new one twice; here it stands once.
            names = {"new_password1": "new_password", "new_password2": "new_password"}
            raise serializers.ValidationError(
                {names.get(field, field): [*words] for field, words in form.errors.items()}
            )
        password_change(form=form, user=user, verb="password_change")
        return Response(status=status.HTTP_204_NO_CONTENT)
