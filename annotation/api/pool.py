"""A project's prompts as a whole: findings, scans, the mix and the rules."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.built import read
from annotation.people.models import Project
from annotation.pool.findings import findings_of
from annotation.pool.mix import mix_of
from annotation.pool.models import PromptFinding, PromptJob, PromptRules
from annotation.pool.reviews import MOST_AT_ONCE, Decision, findings_decide
from annotation.pool.rules import rules_of, rules_update
from annotation.pool.scans import scan_request
from annotation.prompts.models import UseCase

REVIEWERS = (Role.ADMIN, Role.REVIEWER)


class FindingSerializer(serializers.ModelSerializer[PromptFinding]):
    class Meta:
        model = PromptFinding
        fields = (
            "id",
            "prompt",
            "kind",
            "what",
            "message",
            "start",
            "end",
            "other",
            "score",
            "state",
            "reviewed_at",
            "created_at",
        )


class FindingsQuerySerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=PromptFinding.Kind.choices, required=False)
    state = serializers.ChoiceField(
        choices=PromptFinding.State.choices, default=PromptFinding.State.OPEN.value
    )


class DecideSerializer(StrictSerializer):
    findings = serializers.ListField(
        child=serializers.IntegerField(), allow_empty=False, max_length=MOST_AT_ONCE
    )
    decision = serializers.ChoiceField(
        choices=Decision.choices,
        help_text="keep: of the finding alone. remove: the prompt is withdrawn. redact: a version "
        "without its personal data takes the prompt's place.",
    )


class DecidedSerializer(serializers.Serializer[Any]):
    decided = serializers.IntegerField(help_text="How many were open still.")


class FindingsView(ProjectAPI[PromptFinding]):
    serializer_class = FindingSerializer
    queryset = PromptFinding.objects.none()
    read_roles = REVIEWERS

    def rows(self) -> QuerySet[PromptFinding]:
        query = self.request.query_params
        wanted = read(
            FindingsQuerySerializer,
            {name: query[name] for name in ("kind", "state") if name in query},
        )
        return findings_of(self.access.project, **wanted)

    @extend_schema(
        operation_id="prompt_findings_list",
        parameters=[FindingsQuerySerializer],
        responses=FindingSerializer(many=True),
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """What scans found in the prompts, the oldest first."""
        return self.listed()


class DecideView(ProjectAPI[PromptFinding]):
    serializer_class = DecideSerializer
    queryset = PromptFinding.objects.none()
    write_roles = REVIEWERS

    @extend_schema(
        operation_id="prompt_findings_decide",
        request=DecideSerializer,
        responses=DecidedSerializer,
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Settle findings; those that were settled before stay as they are."""
        body = self.body(DecideSerializer)
        decided = findings_decide(
            actor=self.access.user,
            project=self.access.project,
            ids=body["findings"],
            decision=body["decision"],
        )
        return Response({"decided": decided})


class JobSerializer(serializers.ModelSerializer[PromptJob]):
    findings = serializers.SerializerMethodField(help_text="New ones, by kind.")

    class Meta:
        model = PromptJob
        fields = (
            "id",
            "kind",
            "state",
            "done",
            "total",
            "findings",
            "error",
            "created_at",
            "finished_at",
        )

    def get_findings(self, job: PromptJob) -> dict[str, int]:
        return job.counted()


class ScanSerializer(StrictSerializer):
    again = serializers.BooleanField(
        default=False, help_text="Every prompt that was not read by the present rules."
    )


class JobsView(ProjectAPI[PromptJob]):
    serializer_class = JobSerializer
    queryset = PromptJob.objects.none()
    read_roles = write_roles = REVIEWERS

    def rows(self) -> QuerySet[PromptJob]:
        return PromptJob.objects.filter(project=self.access.project).order_by("-id")

    @extend_schema(operation_id="prompt_jobs_list", responses=JobSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """Scans and large edits, the latest first."""
        return self.listed()

    @extend_schema(
        operation_id="prompt_jobs_scan", request=ScanSerializer, responses={202: JobSerializer}
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Ask for a scan; the one that waits or runs is answered where there is one."""
        job = scan_request(
            actor=self.access.user, project=self.access.project, **self.body(ScanSerializer)
        )
        return Response(JobSerializer(job).data, status=202)


class MixRowSerializer(serializers.Serializer[Any]):
    use_case = serializers.ChoiceField(choices=UseCase.choices)
    count = serializers.IntegerField()
    share = serializers.FloatField(help_text="Percent of the prompts in use.")
    wanted = serializers.FloatField(help_text="Percent.")
    missing = serializers.IntegerField(help_text="To add until the share is as wanted.")
    sources = serializers.DictField(child=serializers.IntegerField())
    splits = serializers.DictField(child=serializers.IntegerField())


class MixSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Prompts in use.")
    rows = MixRowSerializer(many=True)
    states = serializers.DictField(child=serializers.IntegerField())
    sources = serializers.DictField(child=serializers.IntegerField())
    splits = serializers.DictField(child=serializers.IntegerField())


class MixView(ProjectAPI[Project]):
    serializer_class = MixSerializer
    queryset = Project.objects.none()
    read_roles = (Role.ADMIN, Role.RESEARCHER)

    @extend_schema(operation_id="prompt_mix_retrieve", responses=MixSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """Prompts by use case, against the mix that the project wants."""
        return Response(MixSerializer(asdict(mix_of(self.access.project))).data)


class RulesSerializer(StrictSerializer):
    prefix_length = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    near_percent = serializers.IntegerField(
        required=False, min_value=0, max_value=100, help_text="60 to 100, or 0 for none."
    )
    contributor_cap = serializers.IntegerField(required=False, min_value=0, max_value=1_000_000)
    pii_filter = serializers.BooleanField(required=False)
    phone_region = serializers.CharField(required=False, allow_blank=True, max_length=2)
    languages = serializers.CharField(
        required=False, allow_blank=True, max_length=400, help_text="Tags between commas."
    )
    mix = serializers.DictField(
        child=serializers.FloatField(), required=False, help_text="Use case: percent wanted."
    )


class RulesView(ProjectAPI[PromptRules]):
    serializer_class = RulesSerializer
    queryset = PromptRules.objects.none()
    read_roles = (Role.ADMIN, Role.RESEARCHER)
    write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="prompt_rules_retrieve", responses=RulesSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(RulesSerializer(rules_of(self.access.project)).data)

    @extend_schema(
        operation_id="prompt_rules_update", request=RulesSerializer, responses=RulesSerializer
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """Change the rules. Ask for a scan with `again` to have them hold for every prompt."""
        rules = rules_update(
            actor=self.access.user, project=self.access.project, **self.body(RulesSerializer)
        )
        return Response(RulesSerializer(rules).data)
