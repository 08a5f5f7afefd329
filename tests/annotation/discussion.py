"""What the tests of discussions share: threads as each of the cast has them, and a labeled task."""

from annotation.discussion.threads import Thread, assignment_thread, channel, task_thread
from annotation.discussion.writing import message_post
from annotation.models import Message, Task, User
from annotation.people.access import access_get
from annotation.queue.models import Assignment

ORIGIN = "https://plumb.example"


def channel_of(person: User) -> Thread:
    return channel(access_get(user=person, slug="everyday"))


def about(person: User, task: Task) -> Thread:
    return task_thread(access_get(user=person, slug="everyday"), task.pk)


def own(assignment: Assignment) -> Thread:
    """The labeler's."""
    access = access_get(user=assignment.labeler, slug="everyday")
    return assignment_thread(access, assignment.public_id)


def say(thread: Thread, text: str, reply_to: Message | None = None) -> Message:
    answered = None if reply_to is None else reply_to.pk
    return message_post(thread=thread, text=text, reply_to=answered, origin=ORIGIN)


def texts(thread: Thread) -> list[str]:
    return [message.text for message in thread.rows()]
