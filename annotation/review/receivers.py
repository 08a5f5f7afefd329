"""What reviews do when a labeler changes what was handed in, and their words in the audit."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.signals import feedback_revising
from annotation.people.events import events_name
from annotation.queue.models import Assignment
from annotation.queue.signals import assignment_skipping
from annotation.review.items import TOLD, item_flag, item_follow
from annotation.review.rules import rules_of
from annotation.review.verdicts import review_answer, review_open

events_name(
    {
        "review_accept": gettext_lazy("accepted a submission"),
        "review_return": gettext_lazy("returned a submission"),
        "review_reply": gettext_lazy("answered a returned submission"),
        "review_decide": gettext_lazy("decided a task"),
        "review_undo": gettext_lazy("undid a task's decision"),
        "review_rules_update": gettext_lazy("changed what is reviewed"),
    }
)


@receiver(feedback_revising)
def on_feedback_revising(*, said: Ranking | Demonstration, **_: Any) -> None:
    """The new revision answers what was returned, and has no verdict yet."""
    if said.assignment is None or said.task is None:
        return
    review = review_open(said.assignment)
    if review is not None:
        review_answer(review, said.task)
    item_follow(said.task)


@receiver(assignment_skipping)
def on_assignment_skipping(*, assignment: Assignment, **_: Any) -> None:
    if assignment.skip_reason in TOLD:
        item_flag(assignment.task, rules_of(assignment.task.project))
