"""The labeler's side: claim a task, keep it, hand it in.

Answers are named by their place in the order shown, tasks by the assignment's random id: no id of
a row and nothing about a completion's maker is in any response here.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.api.built import said
from annotation.api.dialogues import TalkSerializer
from annotation.api.prompts import AnswerSerializer, MessageSerializer
from annotation.dialogue.finishing import conversation_finish
from annotation.dialogue.models import Conversation
from annotation.dialogue.talks import talk_of
from annotation.feedback.aims import ranks_best_first
from annotation.feedback.checks import MAX_RANK, JudgmentInput
from annotation.feedback.demonstrations import demonstration_says, demonstration_submit
from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.rankings import ranking_says, ranking_submit
from annotation.feedback.severity import LEAST, MOST
from annotation.feedback.suggestions import MOST_GIVEN, suggestions_offered
from annotation.people.models import RankingAim, SeverityAsked
from annotation.queue.claims import task_claim, task_follow
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.drafts import MAX_WRITER, DraftOvertakenError, draft_save
from annotation.queue.leases import (
    assignment_get,
    assignment_heartbeat,
    assignment_release,
    assignment_skip,
    shown_texts,
)
from annotation.queue.models import Assignment, Task
from annotation.queue.unfinished import draft_discard, draft_recover, unfinished_of


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """A lease without the task's content."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(source="task.kind", choices=Task.Kind.choices)

    class Meta:
        model = Assignment
        fields = ("id", "kind", "state", "extra", "leased_at", "expires_at", "active_seconds")


class WorkSerializer(AssignmentSerializer):
    """A lease with all that a labeler needs to do the task."""

    messages = MessageSerializer(source="task.messages", many=True)
    answers = serializers.SerializerMethodField()
    dialogue = serializers.SerializerMethodField(help_text="Null for other kinds.")
    sensitive = serializers.ListField(
        source="task.sensitive",
        child=serializers.CharField(),
        help_text="What the content is marked as, in the project's words.",
    )
    suggestions_offered = serializers.SerializerMethodField(
        help_text="Whether a text to start from may be asked for."
    )
    draft = serializers.DictField()
    instructions = serializers.CharField(source="task.project.instructions")
    instructions_version = serializers.IntegerField(source="task.project.instructions_version")
    rubric = serializers.DictField(source="task.project.rubric")
    rubric_version = serializers.IntegerField(source="task.project.rubric_version")
    ranking_aim = serializers.ChoiceField(
        source="task.project.ranking_aim", choices=RankingAim.choices
    )
    severity_asked = serializers.ChoiceField(
        source="task.project.severity_asked", choices=SeverityAsked.choices
    )

    class Meta(AssignmentSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *AssignmentSerializer.Meta.fields,
            "messages",
            "answers",
            "dialogue",
            "sensitive",
            "suggestions_offered",
            "draft",
            "instructions",
            "instructions_version",
            "rubric",
            "rubric_version",
            "ranking_aim",
            "severity_asked",
        )

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, assignment: Assignment) -> list[dict[str, Any]]:
        texts = shown_texts(assignment)
        return [{"index": index, "text": text} for index, text in enumerate(texts)]

    def get_suggestions_offered(self, assignment: Assignment) -> bool:
        return suggestions_offered(assignment)

    @extend_schema_field(TalkSerializer(allow_null=True))
    def get_dialogue(self, assignment: Assignment) -> dict[str, Any] | None:
        if assignment.task.kind != Task.Kind.DIALOGUE:
            return None
        return TalkSerializer(talk_of(assignment)).data


class SecondsSerializer(StrictSerializer):
    active_seconds = serializers.IntegerField(
        min_value=0,
        max_value=86_400,
        default=0,
        help_text="Seconds at work since the last report; no more counts than have passed.",
    )


class ClaimSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=Task.Kind.choices, required=False)
    besides = serializers.UUIDField(
        required=False, help_text="The lease at hand, to fetch the next one ahead of its end."
    )


class DraftSerializer(SecondsSerializer):
    draft = serializers.DictField()
    base = serializers.IntegerField(
        min_value=0,
        max_value=2**31,
        allow_null=True,
        default=None,
        help_text="`revision` of the draft that this one began from, 0 where there was none: "
        "refused with 412 when another writer has saved since. Without it the draft is kept.",
    )
    writer = serializers.CharField(
        max_length=MAX_WRITER,
        allow_blank=True,
        default="",
        help_text="A random name of the client that writes, which may always go on.",
    )


class SkipSerializer(SecondsSerializer):
    reason = serializers.ChoiceField(choices=Assignment.SkipReason.choices)
    note = serializers.CharField(max_length=2_000, allow_blank=True, required=False)


class JudgmentSerializer(StrictSerializer):
    rank = serializers.IntegerField(
        min_value=1,
        max_value=MAX_RANK,
        allow_null=True,
        default=None,
        help_text="No more than there are answers.",
    )
    likert = serializers.IntegerField(min_value=1, max_value=7, allow_null=True, default=None)
    flags = serializers.ListField(child=serializers.CharField(max_length=40), default=list)
    severity = serializers.IntegerField(
        min_value=LEAST,
        max_value=MOST,
        allow_null=True,
        default=None,
        help_text="How badly it breaks the rules, where the project asks for it.",
    )


class SaidSerializer(StrictSerializer):
    """What is said of a task, whether handed in, changed or decided."""

    instructions_version = serializers.IntegerField(
        allow_null=True, default=None, help_text="As the task came with: refused if it changed."
    )


class FeedbackSaidSerializer(SaidSerializer):
    """What a demonstration and a ranking may both say."""

    rubric_version = serializers.IntegerField(
        allow_null=True, default=None, help_text="As the task came with: refused if it changed."
    )
    annotations = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        help_text="What holds of the prompt: keys of the rubric's annotations.",
    )


class DemonstrationSaidSerializer(FeedbackSaidSerializer):
    text = serializers.CharField(trim_whitespace=False)


class RankingSaidSerializer(FeedbackSaidSerializer):
    """`judgments`: one for each answer, in the order shown. Rank 1 is best, equal ranks tie.

    With `aim` "worst", rank 1 is the worst: the ranks are turned round before they are stored.
    """

    judgments = JudgmentSerializer(many=True)
    outcome = serializers.ChoiceField(
        choices=Ranking.Outcome.choices, default=Ranking.Outcome.RANKED
    )
    strength = serializers.ChoiceField(
        choices=Ranking.Strength.choices,
        allow_null=True,
        default=None,
        help_text="How much better the one best answer is than the next, where the rubric asks.",
    )
    note = serializers.CharField(max_length=10_000, allow_blank=True, default="")
    aim = serializers.ChoiceField(choices=RankingAim.choices, default=RankingAim.BEST)


class SubmitSerializer(SecondsSerializer):
    """What any submission may say of the page that it comes from, and of what comes next."""

    draft_revision = serializers.IntegerField(
        min_value=0,
        max_value=2**31,
        allow_null=True,
        default=None,
        help_text="`revision` of the draft that this began from, 0 where there was none: one that "
        "another writer has saved since stays in `draft`. Without it the draft is dropped.",
    )
    draft_writer = serializers.CharField(
        max_length=MAX_WRITER,
        allow_blank=True,
        default="",
        help_text="The name under which this client saved its drafts.",
    )
    claim = serializers.BooleanField(
        default=False, help_text="Claim the next task in the same call, to work on without a pause."
    )


class DemonstrationSubmitSerializer(SubmitSerializer, DemonstrationSaidSerializer):
    suggestion = serializers.IntegerField(
        min_value=1,
        max_value=MOST_GIVEN,
        allow_null=True,
        default=None,
        help_text="The number of the suggestion that the text began from.",
    )


class RankingSubmitSerializer(SubmitSerializer, RankingSaidSerializer):
    __doc__ = RankingSaidSerializer.__doc__


class DialogueSubmitSerializer(SubmitSerializer, SaidSerializer):
    """What was said is there already: this hands it in."""


class SubmittedSerializer(AssignmentSerializer):
    counts = serializers.BooleanField(
        help_text="False where something else was handed in before: that stands, and what was sent "
        "now was not taken. The same once more counts."
    )
    next = WorkSerializer(
        allow_null=True, required=False, help_text="Null where there is none; with `claim` only."
    )

    class Meta(AssignmentSerializer.Meta):
        fields = (*AssignmentSerializer.Meta.fields, "counts", "next")  # type: ignore[assignment]


def draft_seen(body: dict[str, Any]) -> DraftSeen | None:
    """What the body says of the draft that it began from, taken out of it."""
    revision, writer = body.pop("draft_revision"), body.pop("draft_writer")
    return None if revision is None else DraftSeen(revision, writer)


def ranking_said(body: dict[str, Any]) -> dict[str, Any]:
    """A ranking's body as ranking_submit takes it: the best first."""
    given = body["judgments"]
    ranks = ranks_best_first([each["rank"] for each in given], body["aim"])
    judgments = [
        JudgmentInput(**{**each, "rank": rank}) for each, rank in zip(given, ranks, strict=True)
    ]
    return {**body, "judgments": judgments}


class Taken(NamedTuple):
    """What stands handed in, and whether what was sent now `counts`."""

    held: Demonstration | Ranking | Conversation
    counts: bool


def demonstration_take(assignment: Assignment, body: dict[str, Any]) -> Taken:
    held = demonstration_submit(assignment=assignment, **body)
    said = {name: body[name] for name in ("text", "annotations")}
    return Taken(held, not held.came_before or demonstration_says(held, **said))


def ranking_take(assignment: Assignment, body: dict[str, Any]) -> Taken:
    body = ranking_said(body)
    held = ranking_submit(assignment=assignment, **body)
    names = ("judgments", "outcome", "strength", "note", "annotations")
    said = {name: body[name] for name in names}
    return Taken(held, not held.came_before or ranking_says(held, **said))


def dialogue_take(assignment: Assignment, body: dict[str, Any]) -> Taken:
    return Taken(conversation_finish(assignment=assignment, **body), True)


Take = Callable[[Assignment, dict[str, Any]], Taken]
SUBMISSIONS: dict[Task.Kind, tuple[type[SubmitSerializer], Take]] = {
    Task.Kind.DEMONSTRATION: (DemonstrationSubmitSerializer, demonstration_take),
    Task.Kind.RANKING: (RankingSubmitSerializer, ranking_take),
    Task.Kind.DIALOGUE: (DialogueSubmitSerializer, dialogue_take),
}


class LabelerAPI(ProjectAPI[Assignment]):
    serializer_class = WorkSerializer
    queryset = Assignment.objects.none()
    read_roles = write_roles = (Role.LABELER,)

    def mine(self, public_id: UUID | None = None) -> Assignment:
        """The caller's own assignment of this id, or of the address called."""
        return assignment_get(
            labeler=self.access.user,
            project=self.access.project,
            public_id=public_id or self.kwargs["public_id"],
        )


class ClaimView(LabelerAPI):
    @extend_schema(
        operation_id="tasks_claim",
        request=ClaimSerializer,
        responses={200: WorkSerializer, 204: None},
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Lease the next task, or get the one at hand; 204 when there is none, or the day's most
        is done."""
        wanted = self.body(ClaimSerializer)
        besides = self.mine(wanted["besides"]) if "besides" in wanted else None
        assignment = task_claim(
            labeler=self.access.user,
            project=self.access.project,
            kind=wanted.get("kind"),
            besides=besides,
        )
        return Response(said(WorkSerializer, assignment)) if assignment else Response(status=204)


class AssignmentsView(LabelerAPI):
    serializer_class = AssignmentSerializer  # type: ignore[assignment]  # a leaner one

    def rows(self) -> QuerySet[Assignment]:
        return (
            Assignment.objects.filter(labeler=self.access.user, task__project=self.access.project)
            .select_related("task")
            .order_by("-leased_at", "-id")
        )

    @extend_schema(operation_id="assignments_list", responses=AssignmentSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """The caller's own assignments, the latest first."""
        return self.listed()


class UnfinishedSerializer(AssignmentSerializer):
    class Meta(AssignmentSerializer.Meta):
        fields = (*AssignmentSerializer.Meta.fields, "draft_saved_at")  # type: ignore[assignment]


class UnfinishedView(LabelerAPI):
    serializer_class = UnfinishedSerializer  # type: ignore[assignment]  # a leaner one
    pagination_class = None

    @extend_schema(operation_id="assignments_unfinished", responses=UnfinishedSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What the caller began and let go, with its draft, the latest 50. It may still be
        handed in."""
        rows = unfinished_of(labeler=self.access.user, project_ids=[self.access.project.pk])
        return Response([said(UnfinishedSerializer, row) for row in rows])


class DiscardView(LabelerAPI):
    @extend_schema(request=None, responses=AssignmentSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Put away the draft of what was let go: it is unfinished no more."""
        return Response(said(AssignmentSerializer, draft_discard(assignment=self.mine())))


class RecoverView(LabelerAPI):
    @extend_schema(request=None, responses=AssignmentSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Bring back the draft that was discarded last, unless another was begun since."""
        return Response(said(AssignmentSerializer, draft_recover(assignment=self.mine())))


class AssignmentView(LabelerAPI):
    @extend_schema(operation_id="assignments_retrieve", responses=WorkSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(said(WorkSerializer, self.mine()))


class HeartbeatView(LabelerAPI):
    @extend_schema(request=SecondsSerializer, responses=AssignmentSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Renew the lease. The state says whether it is still held."""
        assignment = assignment_heartbeat(assignment=self.mine(), **self.body(SecondsSerializer))
        return Response(said(AssignmentSerializer, assignment))


class DraftView(LabelerAPI):
    @extend_schema(
        request=DraftSerializer, responses={200: AssignmentSerializer, 412: OpenApiTypes.OBJECT}
    )
    def put(self, _request: Request, **_: Any) -> Response:
        """Keep an unfinished answer, and renew the lease; 412 when another writer was faster."""
        try:
            assignment = draft_save(assignment=self.mine(), **self.body(DraftSerializer))
        except DraftOvertakenError as error:
            return Response({"non_field_errors": error.messages}, status=412)
        return Response(said(AssignmentSerializer, assignment))


class SkipView(LabelerAPI):
    @extend_schema(request=SkipSerializer, responses=AssignmentSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Pass the task on to others, for good, with the reason."""
        assignment = assignment_skip(assignment=self.mine(), **self.body(SkipSerializer))
        return Response(said(AssignmentSerializer, assignment))


class ReleaseView(LabelerAPI):
    @extend_schema(request=None, responses=AssignmentSerializer)
    def post(self, _request: Request, **_: Any) -> Response:
        """Give the lease back; the task may come again, with its draft."""
        assignment = assignment_release(assignment=self.mine())
        return Response(said(AssignmentSerializer, assignment))


class SubmitView(LabelerAPI):
    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="Submission",
            serializers=[
                DemonstrationSubmitSerializer,
                RankingSubmitSerializer,
                DialogueSubmitSerializer,
            ],
            resource_type_field_name=None,
        ),
        responses=SubmittedSerializer,
    )
    def post(self, _request: Request, **_: Any) -> Response:
        """Hand in a demonstration, a ranking or a dialogue. Late is kept; of two, the first
        `counts`."""
        assignment = self.mine()
        serializer, take = SUBMISSIONS[Task.Kind(assignment.task.kind)]
        body = self.body(serializer)
        claims = body.pop("claim")
        seen = draft_seen(body)
        taken = take(assignment, {**body, "seen": seen})
        answer = {**said(AssignmentSerializer, taken.held.assignment), "counts": taken.counts}
        if claims:
            following = task_follow(labeler=self.access.user, project=self.access.project)
            answer["next"] = said(WorkSerializer, following) if following else None
        return Response(answer)
