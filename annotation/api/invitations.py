"""/api/projects/<slug>/invitations/: by e-mail or by a link; and /api/invitations/accept/."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.account import StandingSerializer
from annotation.api.base import DomainView, ProjectAPI, Role, StrictSerializer
from annotation.people.invitation_models import Invitation
from annotation.people.invitations import (
    MOST_AT_ONCE,
    MOST_DAYS,
    MOST_USES,
    invitation_accept,
    invitation_link,
    invitation_resend,
    invitation_revoke,
    invitations_mail,
)
from annotation.people.mail_models import Mail
from annotation.people.mails import origin_of
from annotation.people.models import Membership, MembershipRole, User


class MailSerializer(serializers.ModelSerializer[Mail]):
    class Meta:
        model = Mail
        fields = ("state", "attempts", "reason", "created_at", "sent_at")


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    standing = serializers.ChoiceField(choices=Invitation.Standing.choices, read_only=True)
    created_by = serializers.CharField(source="created_by.username", read_only=True)
    roles = serializers.ListField(child=serializers.CharField())
    people = serializers.SerializerMethodField(help_text="Usernames of who came by it.")
    mail = serializers.SerializerMethodField(help_text="The last e-mail; null for a link.")

    class Meta:
        model = Invitation
        fields = (
            "id",
            "email",
            "note",
            "roles",
            "state",
            "heldout",
            "languages",
            "skills",
            "standing",
            "expires_at",
            "most_uses",
            "uses",
            "people",
            "mail",
            "created_by",
            "created_at",
        )

    def get_people(self, invitation: Invitation) -> list[str]:
        return [use.user.username for use in invitation.used_by.all()]

    @extend_schema_field(MailSerializer(allow_null=True))
    def get_mail(self, invitation: Invitation) -> dict[str, Any] | None:
        mails = sorted(invitation.mails.all(), key=lambda each: each.pk)
        return dict(MailSerializer(mails[-1]).data) if mails else None


class LinkSerializer(InvitationSerializer):
    link = serializers.CharField(help_text="Shown here and never again.")

    class Meta(InvitationSerializer.Meta):
        fields = (*InvitationSerializer.Meta.fields, "link")  # type: ignore[assignment]


class OfferSerializer(StrictSerializer):
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=MembershipRole.Role.choices), allow_empty=False
    )
    state = serializers.ChoiceField(
        choices=Membership.State.choices,
        required=False,
        help_text="active or onboarding: how whoever comes begins.",
    )
    heldout = serializers.BooleanField(required=False)
    languages = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    skills = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False)


class EmailsSerializer(OfferSerializer):
    emails = serializers.ListField(
        child=serializers.CharField(max_length=254), allow_empty=False, max_length=MOST_AT_ONCE
    )


class LinkOfferSerializer(OfferSerializer):
    note = serializers.CharField(max_length=120, required=False, allow_blank=True)
    most_uses = serializers.IntegerField(min_value=1, max_value=MOST_USES, required=False)


class AcceptSerializer(StrictSerializer):
    secret = serializers.CharField(max_length=100, help_text="What the link ends in.")


class InvitationsView(ProjectAPI[Invitation]):
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()
    read_roles = write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[Invitation]:
        rows = self.access.project.invitations.select_related("created_by", "project")
        return rows.prefetch_related("mails", "used_by__user").order_by("-pk")

    def sender(self) -> dict[str, Any]:
        request = self.request._request
        return {"origin": origin_of(request), "language": get_language() or "en"}

    @extend_schema(operation_id="invitations_list", responses=InvitationSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="invitations_mail",
        request=EmailsSerializer,
        responses={201: InvitationSerializer(many=True)},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Invite addresses by e-mail. Those that are invited already are left out."""
        made = invitations_mail(
            actor=self.access.user,
            project=self.access.project,
            **self.sender(),
            **self.body(EmailsSerializer),
        )
        rows = self.rows().filter(pk__in=[each.pk for each in made])
        said = InvitationSerializer(rows, many=True).data
        return Response(said, status=status.HTTP_201_CREATED)


class InvitationLinksView(InvitationsView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="invitations_link",
        request=LinkOfferSerializer,
        responses={201: LinkSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Make a link. It stands in this answer and nowhere else."""
        made, secret = invitation_link(
            actor=self.access.user,
            project=self.access.project,
            **self.body(LinkOfferSerializer),
        )
        address = f"{self.sender()['origin']}{reverse('invitation', args=[secret])}"
        said = {**InvitationSerializer(made).data, "link": address}
        return Response(said, status=status.HTTP_201_CREATED)


class InvitationView(InvitationsView):
    http_method_names = ["get", "options"]

    def invitation(self) -> Invitation:
        return get_object_or_404(self.rows(), pk=self.kwargs["invitation_id"])

    def said(self) -> Response:
        return Response(InvitationSerializer(self.invitation()).data)

    @extend_schema(operation_id="invitations_retrieve", responses=InvitationSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return self.said()


class InvitationRevokeView(InvitationView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="invitations_revoke", request=None, responses=InvitationSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """End it at once."""
        invitation_revoke(actor=self.access.user, invitation=self.invitation())
        return self.said()


class InvitationResendView(InvitationView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="invitations_resend", request=None, responses=InvitationSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Write to the address once more; the earlier link ends, the time runs from now."""
        invitation_resend(actor=self.access.user, invitation=self.invitation(), **self.sender())
        return self.said()


class InvitationAcceptView(DomainView[Membership]):
    serializer_class = StandingSerializer
    queryset = Membership.objects.none()

    @extend_schema(
        operation_id="invitations_accept", request=AcceptSerializer, responses=StandingSerializer
    )
    def post(self, request: Request) -> Response:
        """Join a project as an invitation offers. New people make their account on its page."""
        assert isinstance(request.user, User)  # by IsAuthenticated
        membership = invitation_accept(user=request.user, **self.body(AcceptSerializer))
        return Response(StandingSerializer(membership).data)
