"""What members say to each other: channel/, messages/, unread/, digest/, and about tasks."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.discussion import threads
from annotation.discussion.digests import digest_of, digest_set
from annotation.discussion.models import Digest, Message
from annotation.discussion.reading import thread_read, unread_of
from annotation.discussion.threads import STAFF, Thread, author_named
from annotation.discussion.writing import (
    MOST_TEXT,
    message_edit,
    message_post,
    message_remove,
)
from annotation.people.mails import origin_of
from annotation.people.models import Membership


class DiscussionMessageSerializer(serializers.ModelSerializer[Message]):
    author = serializers.SerializerMethodField()
    removed = serializers.SerializerMethodField(help_text="Its text is gone.")
    mentions = serializers.SerializerMethodField(help_text="Usernames.")

    class Meta:
        model = Message
        fields = (
            "id",
            "author",
            "staff",
            "reply_to",
            "text",
            "mentions",
            "created_at",
            "edited_at",
            "removed",
        )

    def get_author(self, message: Message) -> str:
        thread: Thread = self.context["thread"]
        return author_named(message, thread.access.user, hidden=self.context["hidden"])

    def get_mentions(self, message: Message) -> list[str]:
        """Where labelers are not named, only those whom the text names for all to read."""
        return sorted(
            each.membership.user.username
            for each in message.mentions.all()
            if not self.context["hidden"] or f"@{each.membership.user.username}" in message.text
        )

    def get_removed(self, message: Message) -> bool:
        return message.deleted_at is not None


class SaySerializer(StrictSerializer):
    text = serializers.CharField(
        max_length=MOST_TEXT, trim_whitespace=False, help_text="Markdown; @username mentions."
    )
    reply_to = serializers.IntegerField(required=False, allow_null=True, default=None)


class RewordSerializer(StrictSerializer):
    text = serializers.CharField(max_length=MOST_TEXT, trim_whitespace=False)


class UnreadSerializer(serializers.Serializer[Any]):
    channel = serializers.IntegerField(help_text="Messages in the channel.")
    mentions = serializers.IntegerField(help_text="Of the caller, anywhere.")
    about_tasks = serializers.IntegerField(help_text="Those of them that are about tasks.")


class DigestSerializer(StrictSerializer):
    every = serializers.ChoiceField(choices=Digest.Every.choices)


class ThreadAPI(ProjectAPI[Message]):
    serializer_class = DiscussionMessageSerializer
    queryset = Message.objects.none()

    def thread(self) -> Thread:
        raise NotImplementedError

    def rows(self) -> QuerySet[Message]:
        rows = self.thread().rows().order_by("-pk")
        return rows.prefetch_related("mentions__membership__user")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        thread = self.thread()
        return context | {"thread": thread, "hidden": thread.names_hidden}

    def said(self, message: Message) -> dict[str, Any]:
        return dict(self.get_serializer(message).data)

    def say(self, request: Request) -> Response:
        said = self.body(SaySerializer)
        message = message_post(thread=self.thread(), origin=origin_of(request._request), **said)
        return Response(self.said(message), status=201)


class ChannelView(ThreadAPI):
    def thread(self) -> Thread:
        return threads.channel(self.access)

    @extend_schema(operation_id="channel_list", responses=DiscussionMessageSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What is said in the project's channel, the latest first."""
        return self.listed()

    @extend_schema(
        operation_id="channel_say",
        request=SaySerializer,
        responses={201: DiscussionMessageSerializer},
    )
    def post(self, request: Request, **_: Any) -> Response:
        return self.say(request)


class TaskDiscussionView(ThreadAPI):
    """As reviewers and admins come to it."""

    read_roles = write_roles = STAFF

    def thread(self) -> Thread:
        return threads.task_thread(self.access, self.kwargs["task_id"])

    @extend_schema(
        operation_id="task_discussion_list", responses=DiscussionMessageSerializer(many=True)
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """What is said about a task, the latest first."""
        return self.listed()

    @extend_schema(
        operation_id="task_discussion_say",
        request=SaySerializer,
        responses={201: DiscussionMessageSerializer},
    )
    def post(self, request: Request, **_: Any) -> Response:
        return self.say(request)


class AssignmentDiscussionView(ThreadAPI):
    """As a labeler comes to it."""

    read_roles = write_roles = (Role.LABELER,)

    def thread(self) -> Thread:
        return threads.assignment_thread(self.access, self.kwargs["public_id"])

    @extend_schema(
        operation_id="assignment_discussion_list", responses=DiscussionMessageSerializer(many=True)
    )
    def get(self, _request: Request, **_: Any) -> Response:
        """Until the task is handed in or skipped: the caller's own questions, and what reviewers
        answer to them. After that all that is said about it."""
        return self.listed()

    @extend_schema(
        operation_id="assignment_discussion_say",
        request=SaySerializer,
        responses={201: DiscussionMessageSerializer},
    )
    def post(self, request: Request, **_: Any) -> Response:
        return self.say(request)


class MessageView(ThreadAPI):
    def thread(self) -> Thread:
        return self.found()[0]

    def found(self) -> tuple[Thread, Message]:
        return threads.message_thread(self.access, self.kwargs["message_id"])

    @extend_schema(operation_id="message_retrieve", responses=DiscussionMessageSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(self.said(self.found()[1]))

    @extend_schema(
        operation_id="message_update",
        request=RewordSerializer,
        responses=DiscussionMessageSerializer,
    )
    def patch(self, request: Request, **_: Any) -> Response:
        """Change one's own message, for 15 minutes."""
        thread, message = self.found()
        message = message_edit(
            thread=thread,
            message=message,
            origin=origin_of(request._request),
            **self.body(RewordSerializer),
        )
        return Response(self.said(message))

    @extend_schema(operation_id="message_remove", responses={204: None})
    def delete(self, _request: Request, **_: Any) -> Response:
        """Take its text away: one's own for 15 minutes, an admin any. Its place stays."""
        thread, message = self.found()
        message_remove(thread=thread, message=message)
        return Response(status=204)


class MessageReadView(ThreadAPI):
    @extend_schema(operation_id="message_read", request=None, responses={204: None})
    def post(self, _request: Request, **_: Any) -> Response:
        """The caller has read its thread through this message."""
        thread, message = threads.message_thread(self.access, self.kwargs["message_id"])
        thread_read(thread=thread, last=message.pk)
        return Response(status=204)


class UnreadView(ProjectAPI[Message]):
    serializer_class = UnreadSerializer
    queryset = Message.objects.none()

    @extend_schema(operation_id="unread_retrieve", responses=UnreadSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(UnreadSerializer(unread_of(self.access.membership)).data)


class DigestView(ProjectAPI[Digest]):
    serializer_class = DigestSerializer
    queryset = Digest.objects.none()

    def member(self) -> Membership:
        if self.access.membership is None:
            raise PermissionDenied(gettext("E-mails go to members of the project."))
        return self.access.membership

    @extend_schema(operation_id="digest_retrieve", responses=DigestSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """How often the caller is told of mentions by e-mail."""
        return Response({"every": digest_of(self.member()).every})

    @extend_schema(
        operation_id="digest_update", request=DigestSerializer, responses=DigestSerializer
    )
    def patch(self, request: Request, **_: Any) -> Response:
        digest = digest_set(
            membership=self.member(),
            origin=origin_of(request._request),
            **self.body(DigestSerializer),
        )
        return Response({"every": digest.every})
