"""What the pages and the API tell of gold."""

from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet

from annotation.feedback.models import STANDING, Ranking
from annotation.gold.golds import consensus
from annotation.gold.models import Gold, GoldStanding
from annotation.people.models import Project
from annotation.queue.models import Task, TaskCompletion


def golds_of(project: Project) -> QuerySet[Gold]:
    """The project's gold, the latest first, with how often it was `asked` and how well answered."""
    return (
        Gold.objects.filter(project=project)
        .select_related("task__prompt", "task__route")
        .annotate(asked=Count("grades"), agreement=Avg("grades__agreement"))
        .order_by("-pk")
    )


def standings_of(project: Project) -> QuerySet[GoldStanding]:
    """Those who have been graded, who is paused first, then the lowest agreement."""
    paused = Q(state=GoldStanding.State.PAUSED)
    return (
        GoldStanding.objects.filter(membership__project=project)
        .select_related("membership__user")
        .annotate(paused=paused)
        .order_by("-paused", "agreement", "pk")
    )


def tasks_rankable(project: Project, words: str = "") -> QuerySet[Task]:
    """Tasks that people have ranked, of which gold may be made, the latest first."""
    ranked = Ranking.objects.filter(
        task=OuterRef("pk"), is_current=True, outcome=Ranking.Outcome.RANKED
    )
    tasks = Task.objects.filter(
        Exists(ranked), project=project, kind=Task.Kind.RANKING, gold=None
    ).select_related("prompt")
    if words:
        tasks = tasks.filter(prompt__messages__icontains=words)
    return tasks.order_by("-pk")


@dataclass(frozen=True)
class Proposal:
    """A task's answers by slot, and the ranks that those who ranked it propose; where a reviewer
    has decided, that word alone."""

    slots: list[TaskCompletion]
    ranks: list[int]
    people: int


def gold_proposed(task: Task) -> Proposal:
    slots = list(TaskCompletion.objects.filter(task=task).select_related("completion"))
    slots.sort(key=lambda each: each.slot)
    rankings = Ranking.objects.filter(
        task=task, is_current=True, outcome=Ranking.Outcome.RANKED, review__in=STANDING
    ).prefetch_related("judgments")
    said = []
    for ranking in rankings:
        by_completion = {each.completion_id: each.rank or 1 for each in ranking.judgments.all()}
        said.append([by_completion[slot.completion_id] for slot in slots])
    ranks = consensus(said) if said else list(range(1, len(slots) + 1))
    return Proposal(slots, ranks, len(said))
