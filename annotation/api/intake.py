"""/api/intake/: where a site sends its users' prompts, with a key of the project.

Not below a project's address: a key says which project it is of, and nobody else learns of it. No
other origin's scripts are let in: the key belongs on a server.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from annotation.api.base import DomainView, StrictSerializer
from annotation.api.prompts import MessageSerializer
from annotation.pool.intake import DailyCapError, key_find, notice_of, prompt_take
from annotation.pool.models import IntakeKey
from annotation.prompts.models import Prompt, UseCase

DAY = 24 * 60 * 60


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. A key is nobody's sign-in: it opens this door alone."""

    def authenticate(self, request: Request) -> tuple[None, IntakeKey] | None:
        kind, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        key = key_find(secret.strip())
        if key is None:
            raise AuthenticationFailed(gettext_lazy("No such key, or it was revoked."))
        return None, key

    def authenticate_header(self, request: Request) -> str:
        del request
        return "Bearer"


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "annotation.api.intake.KeyAuthentication"
    name = "intakeKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        del auto_schema
        return {"type": "http", "scheme": "bearer", "description": "A project's intake key."}


class HasKey(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        del view
        return isinstance(request.auth, IntakeKey)


class KeyThrottle(SimpleRateThrottle):
    """Of one key; the day's most is counted beside it, in the database."""

    scope = "intake"
    rate = "120/minute"

    def get_cache_key(self, request: Request, view: Any) -> str:
        del view
        ident = getattr(request.auth, "pk", None)  # who has no key was refused before
        return self.cache_format % {"scope": self.scope, "ident": ident}


class NoticeSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    text = serializers.CharField(help_text="To be shown to whoever writes the prompt.")


class TakeSerializer(StrictSerializer):
    messages = MessageSerializer(many=True, allow_empty=False)
    notice_version = serializers.IntegerField(
        help_text="Of the notice that the contributor has accepted: the present one."
    )
    contributor = serializers.CharField(
        max_length=400,
        required=False,
        help_text="Who wrote it, or their organisation, as the key asks; kept as a hash.",
    )
    use_case = serializers.ChoiceField(choices=UseCase.choices, required=False)
    language = serializers.CharField(max_length=40, required=False)


class TakenSerializer(serializers.ModelSerializer[Prompt]):
    class Meta:
        model = Prompt
        fields = ("id",)


class IntakeView(DomainView[Prompt]):
    serializer_class = TakeSerializer
    queryset = Prompt.objects.none()
    authentication_classes = [KeyAuthentication]
    permission_classes = [HasKey]
    throttle_classes = [KeyThrottle]

    @property
    def key(self) -> IntakeKey:
        key = self.request.auth
        assert isinstance(key, IntakeKey)  # by HasKey
        return key

    @extend_schema(operation_id="intake_notice", responses=NoticeSerializer)
    def get(self, _request: HttpRequest) -> Response:
        """The notice, which those who send prompts are to be shown, with its version."""
        return Response(NoticeSerializer(notice_of(self.key.project)).data)

    @extend_schema(
        operation_id="intake_send", request=TakeSerializer, responses={202: TakenSerializer}
    )
    def post(self, _request: HttpRequest) -> Response:
        """Send a prompt. It is asked of nobody before it was scanned."""
        try:
            prompt = prompt_take(key=self.key, **self.body(TakeSerializer))
        except DailyCapError as error:
            raise Throttled(wait=DAY, detail=error.messages[0]) from error
        return Response(TakenSerializer(prompt).data, status=202)
