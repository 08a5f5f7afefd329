"""/api/projects/<slug>/onboarding/: its steps, the candidates, their sheets, grades and decisions.

A candidate is a number until it is decided: until then nothing here tells who it is.
"""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.tasks import IdField
from annotation.onboarding.attempts import Standing, ready
from annotation.onboarding.decisions import MOST_WORDS, candidate_decide
from annotation.onboarding.grades import (
    MOST_NOTE,
    demonstration_grade,
    demonstrations_ungraded,
)
from annotation.onboarding.models import (
    Candidate,
    OnboardingAttempt,
    OnboardingStep,
    ScreeningDecision,
)
from annotation.onboarding.sheet import Sheet, candidates_of, sheet_of
from annotation.onboarding.steps import (
    step_create,
    step_retire,
    step_update,
    steps_of,
    steps_order,
)
from annotation.people.mails import origin_of


class OnboardingStepSerializer(serializers.ModelSerializer[OnboardingStep]):
    content = serializers.JSONField(help_text="What the kind asks.")
    ready = serializers.SerializerMethodField(help_text="Whether it asks anything.")

    class Meta:
        model = OnboardingStep
        fields = (
            *("id", "position", "kind", "title", "body", "content", "version", "asked_from"),
            *("pass_mark", "tries", "wait_minutes", "ready", "created_at"),
        )

    def get_ready(self, step: OnboardingStep) -> bool:
        return ready(step)


class OnboardingStepSaidSerializer(StrictSerializer):
    """What may be said of a step as it is made and as it is changed."""

    body = serializers.CharField(allow_blank=True, trim_whitespace=False, required=False)
    content = serializers.JSONField(required=False)
    pass_mark = serializers.IntegerField(required=False)
    tries = serializers.IntegerField(required=False)
    wait_minutes = serializers.IntegerField(required=False)


class OnboardingStepChangeSerializer(OnboardingStepSaidSerializer):
    title = serializers.CharField(max_length=120, required=False)
    ask_again = serializers.BooleanField(
        required=False, help_text="What was acknowledged before does not count any more."
    )


class OnboardingStepCreateSerializer(OnboardingStepSaidSerializer):
    kind = serializers.ChoiceField(choices=OnboardingStep.Kind.choices)
    title = serializers.CharField(max_length=120)
    ask_now = serializers.BooleanField(
        required=False, help_text="Labelers at work acknowledge it too."
    )


class OnboardingOrderSerializer(StrictSerializer):
    ids = serializers.ListField(child=IdField(), max_length=100)


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    name = serializers.SerializerMethodField(help_text="Empty until it is decided.")

    class Meta:
        model = Candidate
        fields = ("number", "state", "name")

    def get_name(self, candidate: Candidate) -> str:
        decided = candidate.state != Candidate.State.UNDERWAY
        return candidate.membership.user.username if decided else ""


class FigureSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="Percent, or a mean grade.")
    cutoff = serializers.FloatField()
    met = serializers.BooleanField(allow_null=True)


class WrittenSerializer(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    text = serializers.CharField()
    grades = serializers.SerializerMethodField()
    mean = serializers.FloatField(allow_null=True)
    spread = serializers.FloatField(allow_null=True, help_text="Standard deviation.")

    def get_grades(self, written: Any) -> list[int]:
        return [each.grade for each in written.grades]


class RankedSerializer(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    agreement = serializers.FloatField()
    tau = serializers.FloatField(allow_null=True)
    said = serializers.ListField(child=serializers.IntegerField())
    gold = serializers.ListField(child=serializers.IntegerField())


class TopicSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField()
    said = serializers.IntegerField(help_text="1 hardly, 5 very well.")


class FlaggedSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    sensitive = serializers.BooleanField()
    said = serializers.BooleanField()


class ScreeningSerializer(serializers.Serializer[Any]):
    attempt = serializers.IntegerField(source="attempt.number", help_text="Which try it was.")
    state = serializers.CharField(source="attempt.state")
    tau = serializers.FloatField(source="attempt.tau", allow_null=True)
    figures = FigureSerializer(many=True)
    texts = FlaggedSerializer(many=True)
    rankings = RankedSerializer(many=True)
    written = WrittenSerializer(many=True)
    topics = TopicSerializer(many=True)


class ProgressSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField(source="step.pk")
    title = serializers.CharField(source="step.title")
    passed = serializers.BooleanField()
    waits = serializers.BooleanField(help_text="For a decision.")
    spent = serializers.BooleanField(help_text="No try is left.")
    tries = serializers.SerializerMethodField(help_text="So far.")

    def get_tries(self, standing: Standing) -> int:
        return len(standing.attempts)


class DecisionSerializer(serializers.ModelSerializer[ScreeningDecision]):
    decided_by = serializers.CharField(source="decided_by.username")

    class Meta:
        model = ScreeningDecision
        fields = ("id", "outcome", "note", "message", "decided_by", "decided_at")


class SheetSerializer(serializers.Serializer[Sheet]):
    number = serializers.IntegerField(source="candidate.number")
    state = serializers.CharField(source="candidate.state")
    name = serializers.CharField(help_text="Empty until it is decided.")
    steps = ProgressSerializer(source="standings", many=True)
    screenings = ScreeningSerializer(many=True)
    decisions = DecisionSerializer(many=True)


class CandidateDecideSerializer(StrictSerializer):
    outcome = serializers.ChoiceField(choices=ScreeningDecision.Outcome.choices)
    note = serializers.CharField(max_length=MOST_WORDS, allow_blank=True, required=False)
    message = serializers.CharField(max_length=MOST_WORDS, allow_blank=True, required=False)


class UngradedSerializer(serializers.Serializer[Any]):
    attempt = serializers.IntegerField(source="attempt.pk")
    item = serializers.IntegerField()
    prompt = serializers.CharField()
    text = serializers.CharField()
    graded = serializers.IntegerField(help_text="By how many others.")


class GradeCreateSerializer(StrictSerializer):
    attempt = IdField()
    item = serializers.IntegerField(min_value=0, max_value=1_000)
    grade = serializers.IntegerField()
    note = serializers.CharField(max_length=MOST_NOTE, allow_blank=True, required=False)


class OnboardingStepsAPI(ProjectAPI[OnboardingStep]):
    serializer_class = OnboardingStepSerializer
    queryset = OnboardingStep.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    write_roles = (Role.ADMIN,)

    def rows(self) -> QuerySet[OnboardingStep]:
        return steps_of(self.access.project).select_related("project")

    def step(self) -> OnboardingStep:
        return get_object_or_404(self.rows(), pk=self.kwargs["step_id"])


class OnboardingStepsView(OnboardingStepsAPI):
    @extend_schema(
        operation_id="onboarding_steps_list", responses=OnboardingStepSerializer(many=True)
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """The steps in their order."""
        return self.listed()

    @extend_schema(
        operation_id="onboarding_steps_create",
        request=OnboardingStepCreateSerializer,
        responses={201: OnboardingStepSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Add a step as the last one."""
        said = self.body(OnboardingStepCreateSerializer)
        step = step_create(actor=self.access.user, project=self.access.project, **said)
        return Response(OnboardingStepSerializer(step).data, status=201)


class OnboardingStepView(OnboardingStepsAPI):
    @extend_schema(operation_id="onboarding_steps_retrieve", responses=OnboardingStepSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(OnboardingStepSerializer(self.step()).data)

    @extend_schema(
        operation_id="onboarding_steps_update",
        request=OnboardingStepChangeSerializer,
        responses=OnboardingStepSerializer,
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """Change a step. What it says anew is a new version; tries under way go on with theirs."""
        said = self.body(OnboardingStepChangeSerializer)
        step = step_update(actor=self.access.user, step=self.step(), **said)
        return Response(OnboardingStepSerializer(step).data)

    @extend_schema(operation_id="onboarding_steps_retire", responses={204: None})
    def delete(self, _request: Request, **_: Any) -> Response:
        """Ask it of nobody any more; what was said at it stays."""
        step_retire(actor=self.access.user, step=self.step())
        return Response(status=204)


class OnboardingOrderView(OnboardingStepsAPI):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="onboarding_steps_order",
        request=OnboardingOrderSerializer,
        responses=OnboardingStepSerializer(many=True),
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Put the steps in this order, which names each of them once."""
        said = self.body(OnboardingOrderSerializer)
        steps = steps_order(actor=self.access.user, project=self.access.project, **said)
        return Response(OnboardingStepSerializer(steps, many=True).data)


class CandidatesAPI(ProjectAPI[Candidate]):
    serializer_class = CandidateSerializer
    queryset = Candidate.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    write_roles: tuple[str, ...] = (Role.ADMIN,)

    def rows(self) -> QuerySet[Candidate]:
        return candidates_of(self.access.project)

    def candidate(self) -> Candidate:
        return get_object_or_404(self.rows(), number=self.kwargs["place"])


class CandidatesView(CandidatesAPI):
    @extend_schema(operation_id="candidates_list", responses=CandidateSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """By number, which tells nothing."""
        return self.listed()


class CandidateView(CandidatesAPI):
    @extend_schema(operation_id="candidates_retrieve", responses=SheetSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """The sheet: all that a person decides by."""
        return Response(SheetSerializer(sheet_of(self.candidate())).data)


class CandidateDecisionView(CandidatesAPI):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="candidates_decide",
        request=CandidateDecideSerializer,
        responses={201: DecisionSerializer},
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Accept, accept as held out, reject, or grant one try more. The candidate is told."""
        decision = candidate_decide(
            actor=self.access.user,
            candidate=self.candidate(),
            origin=origin_of(request),
            language=get_language() or "en",
            **self.body(CandidateDecideSerializer),
        )
        return Response(DecisionSerializer(decision).data, status=201)


class OnboardingGradingView(CandidatesAPI):
    write_roles = (Role.ADMIN, Role.REVIEWER)
    pagination_class = None

    @extend_schema(operation_id="onboarding_grading_list", responses=UngradedSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """The demonstrations that you have not graded, the least graded first."""
        waiting = demonstrations_ungraded(reviewer=self.access.user, project=self.access.project)
        return Response(UngradedSerializer(waiting, many=True).data)

    @extend_schema(
        operation_id="onboarding_grading_create",
        request=GradeCreateSerializer,
        responses={204: None},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Grade one from 1 to 7; a second grade takes the place of the first."""
        said = self.body(GradeCreateSerializer)
        rows = OnboardingAttempt.objects.filter(membership__project=self.access.project)
        attempt = get_object_or_404(rows, pk=said.pop("attempt"))
        demonstration_grade(reviewer=self.access.user, attempt=attempt, **said)
        return Response(status=204)
