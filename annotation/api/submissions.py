"""A labeler's own submissions: the list, what was said in each, and the way to change it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.work import (
    AssignmentSerializer,
    DemonstrationSaidSerializer,
    JudgmentSerializer,
    LabelerAPI,
    RankingSaidSerializer,
    SecondsSerializer,
    ranking_said,
)
from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.revising import (
    REVISABLE,
    demonstration_revise,
    ranking_revise,
    revisable_until,
)
from annotation.feedback.submissions import submissions_of
from annotation.queue.leases import shown_completion_ids
from annotation.queue.models import Assignment, Task


class SubmissionSerializer(AssignmentSerializer):
    submitted_at = serializers.DateTimeField(source="ended_at")
    revision = serializers.IntegerField(help_text="The one that counts.")
    editable_until = serializers.SerializerMethodField()
    review = serializers.CharField(
        help_text="What a reviewer made of it: accepted, returned (it may be changed), overruled."
    )

    class Meta(AssignmentSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *AssignmentSerializer.Meta.fields,
            "submitted_at",
            "revision",
            "editable_until",
            "review",
        )

    def get_editable_until(self, assignment: Assignment) -> str | None:
        until = revisable_until(assignment)
        return until.isoformat() if until else None


class RevisionSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    instructions_version = serializers.IntegerField()
    rubric_version = serializers.IntegerField()
    annotations = serializers.ListField(child=serializers.CharField())


class DemonstrationRevisionSerializer(RevisionSerializer):
    text = serializers.CharField()
    suggestion = serializers.IntegerField(
        source="suggestion.number",
        default=None,
        allow_null=True,
        help_text="The number of the one that it began from.",
    )


class RankingRevisionSerializer(RevisionSerializer):
    """`judgments`: one for each answer, in the order shown. Rank 1 is best, equal ranks tie."""

    judgments = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    strength = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    aim = serializers.CharField()

    @extend_schema_field(JudgmentSerializer(many=True))
    def get_judgments(self, ranking: Ranking) -> list[dict[str, Any]]:
        assert ranking.assignment is not None
        held = {each.completion_id: each for each in ranking.judgments.all()}
        said = [held[pk] for pk in shown_completion_ids(ranking.assignment)]
        return [
            {name: getattr(each, name) for name in ("rank", "likert", "flags", "severity")}
            for each in said
        ]


class BaseSerializer(SecondsSerializer):
    base = serializers.IntegerField(
        min_value=1,
        help_text="The revision that the change began from: refused if another has come since.",
    )


class DemonstrationReviseSerializer(BaseSerializer, DemonstrationSaidSerializer):
    """A change of the text; what it began from stays."""


class RankingReviseSerializer(BaseSerializer, RankingSaidSerializer):
    __doc__ = RankingSaidSerializer.__doc__


class SubmissionsView(LabelerAPI):
    serializer_class = SubmissionSerializer  # type: ignore[assignment]  # a leaner one

    def rows(self) -> QuerySet[Assignment]:
        return submissions_of(labeler=self.access.user, project=self.access.project)

    @extend_schema(operation_id="submissions_list", responses=SubmissionSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What the caller has handed in, the latest first."""
        return self.listed()


class RevisionsView(LabelerAPI):
    pagination_class = None

    @extend_schema(
        operation_id="revisions_list",
        responses=PolymorphicProxySerializer(
            component_name="Revision",
            serializers=[DemonstrationRevisionSerializer, RankingRevisionSerializer],
            resource_type_field_name=None,
            many=True,
        ),
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """What was handed in, the first one first; none for a dialogue or before the end."""
        return Response(revisions_said(self.mine()))

    @extend_schema(
        operation_id="revisions_create",
        request=PolymorphicProxySerializer(
            component_name="Change",
            serializers=[DemonstrationReviseSerializer, RankingReviseSerializer],
            resource_type_field_name=None,
        ),
        responses=PolymorphicProxySerializer(
            component_name="Revision",
            serializers=[DemonstrationRevisionSerializer, RankingRevisionSerializer],
            resource_type_field_name=None,
        ),
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Change what was handed in, in the project's window. The same again changes nothing."""
        assignment = self.mine()
        whose: dict[str, Any] = {"labeler": self.access.user, "assignment": assignment}
        if assignment.task.kind == Task.Kind.DEMONSTRATION:
            body = self.body(DemonstrationReviseSerializer)
            demonstration_revise(**whose, **body)
        elif assignment.task.kind == Task.Kind.RANKING:
            ranking_revise(**whose, **ranking_said(self.body(RankingReviseSerializer)))
        else:
            raise ValidationError(gettext("A dialogue stays as it was handed in."))
        return Response(revisions_said(assignment)[-1])


def revisions_said(assignment: Assignment) -> list[dict[str, Any]]:
    if assignment.task.kind not in REVISABLE:
        return []
    if assignment.task.kind == Task.Kind.DEMONSTRATION:
        texts = Demonstration.objects.filter(assignment=assignment).order_by("revision")
        texts = texts.select_related("suggestion")
        return [dict(DemonstrationRevisionSerializer(row).data) for row in texts]
    rankings = Ranking.objects.filter(assignment=assignment).order_by("revision")
    rows = rankings.select_related("assignment").prefetch_related("judgments")
    return [dict(RankingRevisionSerializer(row).data) for row in rows]
