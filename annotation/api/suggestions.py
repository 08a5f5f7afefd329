"""Texts to start a demonstration from. Who wrote them is told only where the project says so."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.work import LabelerAPI
from annotation.feedback.models import Suggestion
from annotation.feedback.suggestions import (
    SuggestionsExhaustedError,
    suggestion_ask,
    suggestions_given,
)
from annotation.people.models import SuggestionsOffered
from annotation.prompts.answers import AnswersUnavailableError


class SuggestionSerializer(serializers.Serializer[Suggestion]):
    number = serializers.IntegerField(help_text="What a submission that began from it names.")
    text = serializers.CharField(source="completion.text")
    origin = serializers.SerializerMethodField(help_text="Null where it is not to be told.")

    def get_origin(self, suggestion: Suggestion) -> str | None:
        named = suggestion.assignment.task.project.suggestions == SuggestionsOffered.NAMED
        return suggestion.origin if named else None


class SuggestionsView(LabelerAPI):
    serializer_class = SuggestionSerializer  # type: ignore[assignment]  # another one
    pagination_class = None

    @extend_schema(operation_id="suggestions_list", responses=SuggestionSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """Those that the caller was given for this task, the latest first."""
        given = suggestions_given(self.mine()).select_related("assignment__task__project")
        return Response([SuggestionSerializer(each).data for each in given])

    @extend_schema(
        operation_id="suggestions_create",
        request=None,
        responses={
            200: SuggestionSerializer,
            409: OpenApiTypes.OBJECT,
            503: OpenApiTypes.OBJECT,
        },
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Ask for another one; 409 when there is no other, 503 when the model fails or is slow."""
        try:
            suggestion = suggestion_ask(assignment=self.mine())
        except SuggestionsExhaustedError as error:
            return Response({"non_field_errors": error.messages}, status=409)
        except AnswersUnavailableError as error:
            return Response({"non_field_errors": error.messages}, status=503)
        return Response(SuggestionSerializer(suggestion).data)
