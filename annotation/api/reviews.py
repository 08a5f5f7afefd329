"""/api/projects/<slug>/reviews/: the queue, a task's submissions, verdicts, decisions."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.work import (
    DemonstrationSaidSerializer,
    LabelerAPI,
    RankingSaidSerializer,
    ranking_said,
)
from annotation.feedback.models import Ranking
from annotation.people.models import User
from annotation.queue.models import Assignment, Task, TaskCompletion
from annotation.review.decisions import decision_undo, demonstration_decide, ranking_decide
from annotation.review.models import Review, ReviewItem, ReviewRules
from annotation.review.reading import WHY, Said, Wanted, items_found, said_together
from annotation.review.rules import rules_of, rules_update
from annotation.review.verdicts import MAX_COMMENT, verdict_give, verdict_reply
from annotation.review.views import names_told

REASONS = [*WHY, "asked"]


class ReviewItemSerializer(serializers.ModelSerializer[ReviewItem]):
    reasons = serializers.SerializerMethodField(help_text="Why it is where it is.")

    class Meta:
        model = ReviewItem
        fields = (
            "task",
            "kind",
            "state",
            "submissions",
            "unreviewed",
            "agreement",
            "reasons",
            "asked",
            "priority",
        )

    def get_reasons(self, item: ReviewItem) -> list[str]:
        return [name for name in WHY if getattr(item, name)]


class VerdictSerializer(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = ("verdict", "comment", "revision", "created_at", "answered_at", "reply")


class JudgmentSaidSerializer(serializers.Serializer[Any]):
    completion = serializers.IntegerField(source="completion_id")
    rank = serializers.IntegerField(allow_null=True)
    likert = serializers.IntegerField(allow_null=True)
    severity = serializers.IntegerField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())


class SaidSerializer(serializers.Serializer[Any]):
    """A submission, or the word that decides the task. `judgments` are by slot; 1 is best."""

    submission = serializers.SerializerMethodField(help_text="What a verdict names; null of a word")
    labeler = serializers.CharField(source="name")
    revision = serializers.IntegerField(source="said.revision")
    trains = serializers.BooleanField(source="said.trains")
    review = serializers.CharField(source="said.review")
    annotations = serializers.ListField(source="said.annotations", child=serializers.CharField())
    active_seconds = serializers.SerializerMethodField()
    agreement = serializers.FloatField(allow_null=True, help_text="With the others, of pairs.")
    text = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    strength = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()
    judgments = serializers.SerializerMethodField()
    verdict = VerdictSerializer(allow_null=True)
    answered = VerdictSerializer(source="replied", allow_null=True)

    def get_submission(self, said: Said) -> str | None:
        return str(said.assignment.public_id) if said.number else None

    def get_active_seconds(self, said: Said) -> int | None:
        return said.assignment.active_seconds if said.number else None

    def get_text(self, said: Said) -> str | None:
        return getattr(said.said, "text", None)

    def get_outcome(self, said: Said) -> str | None:
        return getattr(said.said, "outcome", None)

    def get_strength(self, said: Said) -> int | None:
        return getattr(said.said, "strength", None)

    def get_note(self, said: Said) -> str | None:
        return getattr(said.said, "note", None)

    def get_judgments(self, said: Said) -> list[dict[str, Any]] | None:
        if not isinstance(said.said, Ranking):
            return None
        held = {each.completion_id: each for each in said.said.judgments.all()}
        return [dict(JudgmentSaidSerializer(held[pk]).data) for pk in self.context["completions"]]


class ReviewTaskSerializer(serializers.Serializer[Any]):
    item = ReviewItemSerializer()
    messages = serializers.JSONField()
    completions = serializers.ListField(
        child=serializers.JSONField(), help_text="id and text, by slot."
    )
    submissions = SaidSerializer(many=True)
    decision = SaidSerializer(allow_null=True)


class VerdictGiveSerializer(StrictSerializer):
    submission = serializers.UUIDField()
    revision = serializers.IntegerField(min_value=1, help_text="The one that was looked at.")
    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=MAX_COMMENT)


class RankingDecideSerializer(RankingSaidSerializer):
    """`judgments` are by slot, as the task lists its completions."""


class ReplySerializer(StrictSerializer):
    reply = serializers.CharField(max_length=MAX_COMMENT)


class ReviewRulesSerializer(serializers.ModelSerializer[ReviewRules]):
    class Meta:
        model = ReviewRules
        fields = ("asked", "share", "needed", "names_hidden", "agreement_below", "flags")


class ReviewRulesPatchSerializer(StrictSerializer):
    asked = serializers.ChoiceField(choices=ReviewRules.Asked.choices, required=False)
    share = serializers.IntegerField(required=False)
    needed = serializers.BooleanField(required=False)
    names_hidden = serializers.BooleanField(required=False)
    agreement_below = serializers.IntegerField(required=False)
    flags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class QueueSerializer(serializers.Serializer[Any]):
    """What the list is narrowed to."""

    state = serializers.ChoiceField(choices=ReviewItem.State.choices, required=False)
    reason = serializers.ChoiceField(choices=REASONS, required=False)
    kind = serializers.ChoiceField(
        choices=[Task.Kind.RANKING.value, Task.Kind.DEMONSTRATION.value], required=False
    )
    labeler = serializers.CharField(required=False, help_text="A username.")


class ReviewAPI(ProjectAPI[ReviewItem]):
    serializer_class = ReviewItemSerializer
    queryset = ReviewItem.objects.none()
    read_roles = write_roles = (Role.ADMIN, Role.REVIEWER)

    @cached_property
    def task(self) -> Task:
        items = ReviewItem.objects.filter(project=self.access.project)
        item = get_object_or_404(
            items.select_related("task__prompt", "task__route"), task=self.kwargs["task_id"]
        )
        item.task.project = self.access.project
        return item.task

    def told(self) -> Response:
        """The task with all that was said of it, as it stands now."""
        task = self.task
        together = said_together(task, reader=self.access.user, named=names_told(self.access))
        slots = TaskCompletion.objects.filter(task=task).select_related("completion")
        completions = [
            {"id": slot.completion_id, "text": slot.completion.text}
            for slot in slots.order_by("slot")
        ]
        found = {
            "item": ReviewItem.objects.get(task=task),
            "messages": task.messages,
            "completions": completions,
            "submissions": together.submissions,
            "decision": together.word,
        }
        context = {"completions": [each["id"] for each in completions]}
        return Response(ReviewTaskSerializer(found, context=context).data)


class ReviewsView(ReviewAPI):
    def rows(self) -> QuerySet[ReviewItem]:
        asked = QueueSerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        name = said.pop("labeler", "")
        if name and names_told(self.access):
            labelers = User.objects.filter(memberships__project=self.access.project)
            said["labeler"] = get_object_or_404(labelers, username=name).pk
        return items_found(self.access.project, Wanted(**said))

    @extend_schema(
        operation_id="reviews_list",
        responses=ReviewItemSerializer(many=True),
        parameters=[
            OpenApiParameter("state", enum=ReviewItem.State.values),
            OpenApiParameter("reason", enum=REASONS),
            OpenApiParameter("kind", enum=["ranking", "demonstration"]),
            OpenApiParameter("labeler", description="A username."),
        ],
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """Tasks with submissions to review, the worst first."""
        return self.listed()


class ReviewTaskView(ReviewAPI):
    @extend_schema(operation_id="reviews_retrieve", responses=ReviewTaskSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """What was said of a task, side by side."""
        return self.told()


class VerdictsView(ReviewAPI):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="reviews_verdict",
        request=VerdictGiveSerializer,
        responses={200: ReviewTaskSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Accept or return one submission; another verdict on the same revision takes its place."""
        body = self.body(VerdictGiveSerializer)
        rows = Assignment.objects.filter(task=self.task).select_related("labeler")
        assignment = get_object_or_404(rows, public_id=body.pop("submission"))
        verdict_give(reviewer=self.access.user, assignment=assignment, **body)
        return self.told()


class DecisionView(ReviewAPI):
    http_method_names = ["post", "delete", "options"]

    @extend_schema(
        operation_id="reviews_decide",
        request=PolymorphicProxySerializer(
            component_name="Decision",
            serializers=[DemonstrationSaidSerializer, RankingDecideSerializer],
            resource_type_field_name=None,
        ),
        responses={200: ReviewTaskSerializer},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Decide the task by a ranking or a demonstration of one's own."""
        whose: dict[str, Any] = {"reviewer": self.access.user, "task": self.task}
        if self.task.kind == Task.Kind.DEMONSTRATION:
            demonstration_decide(**whose, **self.body(DemonstrationSaidSerializer))
        else:
            ranking_decide(**whose, **ranking_said(self.body(RankingDecideSerializer)))
        return self.told()

    @extend_schema(operation_id="reviews_undo", responses={200: ReviewTaskSerializer})
    def delete(self, _request: Request, **_: Any) -> Response:
        """Let what labelers said count again."""
        decision_undo(actor=self.access.user, task=self.task)
        return self.told()


class ReviewRulesView(ProjectAPI[ReviewRules]):
    serializer_class = ReviewRulesSerializer
    queryset = ReviewRules.objects.none()
    read_roles = (Role.ADMIN, Role.REVIEWER)
    write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="review_rules_retrieve", responses=ReviewRulesSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(ReviewRulesSerializer(rules_of(self.access.project)).data)

    @extend_schema(
        operation_id="review_rules_update",
        request=ReviewRulesPatchSerializer,
        responses=ReviewRulesSerializer,
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """What is reviewed, and whether it trains before."""
        changes = self.body(ReviewRulesPatchSerializer)
        rules = rules_update(actor=self.access.user, project=self.access.project, **changes)
        return Response(ReviewRulesSerializer(rules).data)


class ReplyView(LabelerAPI):
    http_method_names = ["get", "post", "options"]
    pagination_class = None

    @extend_schema(operation_id="reviews_of_submission", responses=VerdictSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What reviewers made of one's own submission, the first one first."""
        rows = Review.objects.filter(assignment=self.mine(), withdrawn_at=None).order_by("pk")
        return Response(VerdictSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="reviews_reply", request=ReplySerializer, responses=VerdictSerializer
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Leave what was returned as it is, and say why. A change is a revision."""
        body = self.body(ReplySerializer)
        review = verdict_reply(
            labeler=self.access.user, assignment=self.mine(), reply=body["reply"]
        )
        return Response(VerdictSerializer(review).data)
