"""What gold, grades and pauses say of each other, for `check_integrity`."""

from collections.abc import Iterator
from math import isclose

from django.db.models import Exists, F, OuterRef, Q

from annotation.feedback.models import Ranking
from annotation.feedback.rankings import dense_ranks
from annotation.gold.golds import PURPOSES
from annotation.gold.grading import pairs_agreement
from annotation.gold.models import Gold, GoldStanding, Grade
from annotation.people.models import Membership
from annotation.queue.models import TaskCompletion

AT_ONCE = 500


def gold_ranks_its_answers() -> Iterator[str]:
    """Gold belongs to a task for it, and ranks each of its answers without gaps."""
    for gold in Gold.objects.select_related("task").order_by("pk").iterator(AT_ONCE):
        whole = len(gold.ranks) == gold.task.k and list(gold.ranks) == dense_ranks(gold.ranks)
        if not whole or gold.task.purpose not in PURPOSES:
            yield f"Gold {gold.pk} does not fit task {gold.task_id}."


def grades_fit() -> Iterator[str]:
    """A grade is of the assignment's labeler, task and first submission."""
    right = Q(labeler=F("assignment__labeler"), gold__task=F("assignment__task"))
    for grade in Grade.objects.exclude(right).order_by("pk"):
        yield f"Grade {grade.pk} does not fit assignment {grade.assignment_id}."
    first = Ranking.objects.filter(revision=1).prefetch_related("judgments")
    rows = Grade.objects.filter(right).select_related("gold").order_by("pk")
    for grade in rows.iterator(AT_ONCE):
        ranking = first.filter(assignment=grade.assignment_id).first()
        if ranking is None:
            yield f"Grade {grade.pk} is of a submission that is not there."
            continue
        ranks = {each.completion_id: each.rank or 1 for each in ranking.judgments.all()}
        slots = TaskCompletion.objects.filter(task=grade.gold.task_id).order_by("slot")
        said = [ranks[slot.completion_id] for slot in slots]
        if not isclose(grade.agreement, pairs_agreement(said, grade.gold.ranks)):
            yield f"Grade {grade.pk} says {grade.agreement} of what agrees otherwise."


def pauses_are_those_of_gold() -> Iterator[str]:
    """Who is judged paused is given no tasks, and nobody is paused for nothing."""
    paused = GoldStanding.objects.filter(membership=OuterRef("pk"), state=GoldStanding.State.PAUSED)
    members = Membership.objects.annotate(judged=Exists(paused))
    agree = Q(paused_at=None, judged=False) | Q(paused_at__isnull=False, judged=True)
    for member in members.exclude(agree).order_by("pk"):
        yield f"Member {member.pk} is {'' if member.paused_at else 'not '}paused, against gold."


CHECKS = (gold_ranks_its_answers, grades_fit, pauses_are_those_of_gold)
