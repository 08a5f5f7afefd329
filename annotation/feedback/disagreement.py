"""Where labelers disagree about a task's answers, one more is asked."""

from itertools import combinations

from annotation.feedback.agreement import Agreement, agreement
from annotation.feedback.models import Ranking
from annotation.queue.models import Task
from annotation.queue.tasks import FOLLOWS_PROJECT, overlap_raise


def disagreement_meet(task: Task) -> bool:
    """Raise the overlap of a ranking task that is done, if its labelers agree too little.

    Part of the transaction of the submission that filled its last place, or that changed what was
    said, with the task's row locked; so it is decided once for each. Returns whether it was raised.
    """
    project = task.project
    if (
        not project.agreement_wanted
        or task.state != Task.State.DONE
        or task.purpose not in FOLLOWS_PROJECT
        or task.overlap >= project.overlap_most
    ):
        return False
    found = task_agreement(task)
    if not found.pairs or 100 * found.with_ties >= project.agreement_wanted:
        return False
    return overlap_raise(task=task)


def task_agreement(task: Task) -> Agreement:
    """Of each two people whose rankings of the task count.

    Who finds no answer acceptable tells none from another: that is a tie of all.
    """
    rankings = Ranking.objects.filter(task=task, is_current=True, assignment__extra=False)
    said = [
        [
            judgment.rank or 1
            for judgment in sorted(ranking.judgments.all(), key=lambda each: each.completion_id)
        ]
        for ranking in rankings.prefetch_related("judgments").order_by("pk")
    ]
    return agreement(list(combinations(said, 2)))
