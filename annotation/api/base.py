"""What every view of the API shares: access by project and role, strict bodies, plain errors."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DomainError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from annotation.api.built import read
from annotation.api.parsers import BoundedJSONParser, length_check
from annotation.people.access import Access, access_get
from annotation.people.models import MembershipRole

Role = MembershipRole.Role
M = TypeVar("M", bound=Model)


class PersonThrottle(UserRateThrottle):
    """Generous to a person at work and to their scripts; a loop gone wild is stopped."""

    rate = "3000/minute"


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt option is an error, not a default."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = set(data) - {
                name for name, field in self.fields.items() if not field.read_only
            }
            if unknown:
                raise ValidationError(
                    {name: [gettext("Unknown field.")] for name in sorted(unknown)}
                )
        return super().to_internal_value(data)


def domain_error(error: DomainError) -> ValidationError:
    """What a domain function refused, as a 400 with the words beside their field."""
    if hasattr(error, "error_dict"):
        messages = dict(error.message_dict)
        general = messages.pop(NON_FIELD_ERRORS, None)
        return ValidationError({**messages, **({"non_field_errors": general} if general else {})})
    return ValidationError({"non_field_errors": error.messages})


class DomainView(GenericAPIView[M]):
    """A view whose domain call may refuse: that is a 400, with its words."""

    throttle_classes = [PersonThrottle]
    parser_classes = [BoundedJSONParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length_check(request)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, DomainError):
            exc = domain_error(exc)
        return super().handle_exception(exc)

    def body(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body, checked by a serializer of this kind."""
        return read(kind, self.request.data)


class ProjectAPI(DomainView[M]):
    """A view under /api/projects/<slug>/: outsiders get 404, members without the role 403.

    `read_roles` and `write_roles` name who may call the safe and the other methods; a list view
    says in `rows` what of the project it lists.
    """

    read_roles: tuple[str, ...] = ()
    write_roles: tuple[str, ...] = ()
    access: Access

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        roles = (
            self.read_roles if request.method in ("GET", "HEAD", "OPTIONS") else self.write_roles
        )
        self.access = access_get(user=request.user, slug=kwargs["slug"], roles=roles)

    def rows(self) -> QuerySet[M]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[M]:
        if getattr(self, "swagger_fake_view", False):  # the schema asks without a request
            return super().get_queryset()
        return self.rows()

    def listed(self) -> Response:
        """One page of the project's rows."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        assert page is not None
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
