"""/api/projects/<slug>/gold/: right rankings, the grades they gave, and who may go on."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.tasks import IdField
from annotation.gold.golds import MAX_EXPLANATION, gold_create, gold_retire
from annotation.gold.golds import PURPOSES as GIVEN_TO
from annotation.gold.models import Gold, GoldRules, Grade
from annotation.gold.reading import golds_of
from annotation.gold.rules import rules_of, rules_update
from annotation.gold.watch import member_resume
from annotation.people.models import Membership
from annotation.prompts.models import Completion

PURPOSES = [(each.value, each.label) for each in GIVEN_TO]


class GoldSerializer(serializers.ModelSerializer[Gold]):
    purpose = serializers.ChoiceField(source="task.purpose", choices=PURPOSES)
    prompt = serializers.IntegerField(source="task.prompt_id")
    completions = serializers.SerializerMethodField(help_text="Ids, in the order of the ranks.")
    asked = serializers.IntegerField(help_text="How often it was answered.")
    agreement = serializers.FloatField(allow_null=True, help_text="Mean, of pairs.")

    class Meta:
        model = Gold
        fields = (
            "id",
            "task",
            "kind",
            "purpose",
            "prompt",
            "completions",
            "ranks",
            "flags",
            "explanation",
            "asked",
            "agreement",
            "created_at",
            "retired_at",
        )

    def get_completions(self, gold: Gold) -> list[int]:
        slots = sorted(gold.task.slots.all(), key=lambda each: each.slot)
        return [each.completion_id for each in slots]


class GoldCreateSerializer(StrictSerializer):
    """`ranks` and `flags` are of the completions, in their order; 1 is best, equal ranks tie."""

    completions = serializers.ListField(child=IdField(), min_length=2, max_length=9)
    ranks = serializers.ListField(child=serializers.IntegerField(), max_length=9)
    flags = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=40)),
        allow_null=True,
        required=False,
        max_length=9,
        help_text="Null: flags are not graded.",
    )
    kind = serializers.ChoiceField(choices=Gold.Kind.choices, required=False)
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False)
    explanation = serializers.CharField(
        max_length=MAX_EXPLANATION, allow_blank=True, required=False
    )


class GoldRulesSerializer(serializers.ModelSerializer[GoldRules]):
    class Meta:
        model = GoldRules
        fields = ("window", "least", "warn_below", "pause_below")


class GoldRulesPatchSerializer(StrictSerializer):
    window = serializers.IntegerField(required=False)
    least = serializers.IntegerField(required=False)
    warn_below = serializers.IntegerField(required=False)
    pause_below = serializers.IntegerField(required=False)


class GradeSerializer(serializers.ModelSerializer[Grade]):
    labeler = serializers.CharField(source="labeler.username")

    class Meta:
        model = Grade
        fields = ("id", "gold", "labeler", "agreement", "tau", "flags_agreement", "created_at")


class GoldAPI(ProjectAPI[Gold]):
    serializer_class = GoldSerializer
    queryset = Gold.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[Gold]:
        return golds_of(self.access.project).prefetch_related("task__slots")


class GoldsView(GoldAPI):
    @extend_schema(operation_id="gold_list", responses=GoldSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        return self.listed()

    @extend_schema(
        operation_id="gold_create", request=GoldCreateSerializer, responses={201: GoldSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Make a task of these answers whose right ranking is known."""
        fields: dict[str, Any] = self.body(GoldCreateSerializer)
        completions = self.completions_find(fields.pop("completions"))
        gold = gold_create(
            actor=self.access.user,
            project=self.access.project,
            prompt=completions[0].prompt,
            completions=completions,
            **fields,
        )
        return Response(GoldSerializer(self.rows().get(pk=gold.pk)).data, status=201)

    def completions_find(self, ids: list[int]) -> list[Completion]:
        rows = Completion.objects.filter(project=self.access.project).select_related("prompt")
        found = rows.in_bulk(ids)
        if missing := [pk for pk in ids if pk not in found]:
            words = gettext("The project has no completion %(number)s.")
            raise serializers.ValidationError(
                {"completions": [words % {"number": pk} for pk in missing]}
            )
        return [found[pk] for pk in ids]


class GoldView(GoldAPI):
    @extend_schema(operation_id="gold_retrieve", responses=GoldSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(
            GoldSerializer(get_object_or_404(self.rows(), pk=self.kwargs["gold_id"])).data
        )

    @extend_schema(operation_id="gold_retire", responses={204: None})
    def delete(self, _request: Request, **_: Any) -> Response:
        """Give it to nobody any more; the grades stay."""
        gold = get_object_or_404(self.rows(), pk=self.kwargs["gold_id"])
        gold_retire(actor=self.access.user, gold=gold)
        return Response(status=204)


class GoldRulesView(ProjectAPI[GoldRules]):
    serializer_class = GoldRulesSerializer
    queryset = GoldRules.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="gold_rules_retrieve", responses=GoldRulesSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(GoldRulesSerializer(rules_of(self.access.project)).data)

    @extend_schema(
        operation_id="gold_rules_update",
        request=GoldRulesPatchSerializer,
        responses=GoldRulesSerializer,
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """When labelers are warned and paused, from the next grade on."""
        changes = self.body(GoldRulesPatchSerializer)
        rules = rules_update(actor=self.access.user, project=self.access.project, **changes)
        return Response(GoldRulesSerializer(rules).data)


class GradesView(ProjectAPI[Grade]):
    serializer_class = GradeSerializer
    queryset = Grade.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)

    def rows(self) -> QuerySet[Grade]:
        grades = Grade.objects.filter(project=self.access.project).select_related("labeler")
        return grades.order_by("-pk")

    @extend_schema(operation_id="grades_list", responses=GradeSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """How labelers did on gold, the latest first."""
        return self.listed()


class ResumeView(ProjectAPI[Membership]):
    queryset = Membership.objects.none()
    http_method_names = ["post", "options"]
    read_roles = write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="members_resume", request=None, responses={204: None})
    def post(self, _request: Request, **_: Any) -> Response:
        """Let a paused labeler go on; earlier grades do not count any more."""
        rows = Membership.objects.filter(project=self.access.project)
        member = get_object_or_404(rows, pk=self.kwargs["member_id"])
        member_resume(actor=self.access.user, membership=member)
        return Response(status=204)
