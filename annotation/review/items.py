"""A task's place in the reviewers' queue: its state at once, its reasons as a worker found them."""

import zlib

from django.db.models import QuerySet

from annotation.feedback.models import Demonstration, Ranking, Reviewed, Source
from annotation.queue.models import Assignment, Task
from annotation.queue.tasks import FOLLOWS_PROJECT
from annotation.review.models import ReviewItem, ReviewRules

State = ReviewItem.State
KINDS = (Task.Kind.DEMONSTRATION, Task.Kind.RANKING)
# What counts most comes first, whatever else is said. Who waits for an answer comes before all.
WEIGHTS = {"answered": 1_000, "disagree": 400, "flagged": 300, "gold": 200, "outlier": 100}
TOLD = (Assignment.SkipReason.HARMFUL, Assignment.SkipReason.BROKEN)


def reviewable(task: Task) -> bool:
    """Gold and the like have their right answer already, and a dialogue is answered as it goes."""
    return task.kind in KINDS and task.purpose in FOLLOWS_PROJECT


def said_of(task: Task) -> "QuerySet[Ranking] | QuerySet[Demonstration]":
    """What labelers say of the task, as it stands now."""
    model = Ranking if task.kind == Task.Kind.RANKING else Demonstration
    return model._default_manager.filter(
        task=task, is_current=True, source=Source.PERSON, assignment__isnull=False
    )


def state_of(task: Task, verdicts: list[str]) -> str:
    """`verdicts`: the `review` of each submission that counts now."""
    if task.decided_at is not None:
        return State.DECIDED
    if Reviewed.NOT in verdicts:
        return State.WAITING
    return State.RETURNED if Reviewed.RETURNED in verdicts else State.ACCEPTED


def priority_of(item: ReviewItem) -> int:
    """How early it comes: the sum of its reasons; of two disagreements the deeper one."""
    found = sum(weight for name, weight in WEIGHTS.items() if getattr(item, name))
    depth = 1.0 - item.agreement if item.disagree and item.agreement is not None else 0.0
    return found + round(90 * depth)


def item_follow(task: Task) -> None:
    """Bring the state of a locked task's row up to its verdicts. A worker makes the row."""
    item = ReviewItem.objects.filter(task=task).first()
    if item is None:
        return
    verdicts = list(said_of(task).values_list("review", flat=True))
    item.submissions = len(verdicts)
    item.unreviewed = verdicts.count(Reviewed.NOT)
    item.state = state_of(task, verdicts)
    item.priority = priority_of(item)
    item.save()


def asked_of(item: ReviewItem, rules: ReviewRules) -> bool:
    """Whether the project asks for the review; the share is of tasks, the same ones each time."""
    if rules.asked == ReviewRules.Asked.NOTHING:
        return False
    drawn = zlib.crc32(f"{item.project_id}:{item.task_id}".encode()) % 100 < rules.share
    return item.priority > 0 or (rules.asked == ReviewRules.Asked.SHARE and drawn)


def item_flag(task: Task, rules: ReviewRules) -> None:
    """Somebody skipped the locked task as harmful or broken: what others said is looked at."""
    item = ReviewItem.objects.filter(task=task, flagged=False).first()
    if item is None:
        return
    item.flagged = True
    item.priority = priority_of(item)
    item.asked = asked_of(item, rules)
    item.save()
