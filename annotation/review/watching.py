"""A worker's part: which tasks reviewers are shown first, and why.

Submissions are rows that are only ever added, so what is new since the last look is found by its
id. An id may be given out before another and be committed after it: the last minute is looked at
again. Each task is looked at under its lock, as by every hand-in and verdict; twice is once.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotation.beating import let_others_write
from annotation.feedback.agreement import agreement
from annotation.feedback.models import Demonstration, Feedback, Judgment, Ranking, Reviewed, Source
from annotation.gold.models import GoldStanding
from annotation.people.models import Project
from annotation.quality.asking import thresholds_of
from annotation.queue.models import Assignment, Task
from annotation.queue.tasks import FOLLOWS_PROJECT
from annotation.review.items import KINDS, TOLD, asked_of, priority_of, state_of
from annotation.review.models import ReviewItem, ReviewRules, ReviewWatch
from annotation.review.rules import rules_of

AT_ONCE = 50
"""Tasks in a transaction: SQLite has one writer, for which a labeler's submit waits."""
ROWS = 2_000
SETTLED = timedelta(minutes=1)
EVERY = timedelta(seconds=15)
DOUBTED = (GoldStanding.State.WARNED, GoldStanding.State.PAUSED)
MODELS: tuple[tuple[type[Feedback], str], ...] = (
    (Ranking, "rankings"),
    (Demonstration, "demonstrations"),
)


def reviews_watch(*, project_id: int) -> int:
    """Look at all that is new in the project. Returns how many tasks were looked at."""
    project = Project.objects.get(pk=project_id)
    watch = ReviewWatch.objects.get_or_create(project=project)[0]
    began = timezone.now()
    looked = items_look(project=project, tasks=tasks_doubted(project, watch))
    for model, name in MODELS:
        while tasks := tasks_new(model, name, watch):
            looked += items_look(project=project, tasks=sorted(set(tasks)))
            ReviewWatch.objects.filter(pk=watch.pk).update(beat_at=timezone.now())
            if len(tasks) < ROWS:
                break
    ReviewWatch.objects.filter(pk=watch.pk).update(looked_at=began, beat_at=timezone.now())
    return looked


def tasks_new(model: type[Feedback], name: str, watch: ReviewWatch) -> list[int]:
    """Tasks of the next submissions; `watch` goes on to those that nothing comes before any more.

    Whoever changes the rules sets it back: then the next look begins anew.
    """
    watch.refresh_from_db()
    seen = getattr(watch, name)
    until = timezone.now() - SETTLED
    latest = model._default_manager.order_by("-pk").values_list("pk", "created_at").first()
    rows = list(
        submissions_since(model, watch)
        .order_by("pk")
        .values_list("pk", "task_id", "created_at")[:ROWS]
    )
    settled = [pk for pk, _, at in rows if at < until]
    if len(rows) < ROWS and latest and latest[1] < until:
        settled.append(latest[0])  # past what others handed in, or a file brought
    if settled and max(settled) > seen:
        same = {"pk": watch.pk, name: seen}
        ReviewWatch.objects.filter(**same).update(**{name: max(settled)})
    return [task for _, task, _ in rows]


def submissions_since(model: type[Feedback], watch: ReviewWatch) -> "QuerySet[Feedback]":
    seen = watch.rankings if model is Ranking else watch.demonstrations
    return model._default_manager.filter(
        project=watch.project_id,
        pk__gt=seen,
        source=Source.PERSON,
        assignment__isnull=False,
        task__kind__in=KINDS,
        task__purpose__in=FOLLOWS_PROJECT,
    )


def tasks_doubted(project: Project, watch: ReviewWatch) -> list[int]:
    """Tasks that wait, of labelers who were warned, paused or let go on since the last look."""
    if watch.looked_at is None:
        return []
    changed = GoldStanding.objects.filter(
        membership__project=project, changed_at__gte=watch.looked_at - EVERY
    )
    people = list(changed.values_list("membership__user", flat=True))
    if not people:
        return []
    theirs = Assignment.objects.filter(
        labeler__in=people,
        state=Assignment.State.SUBMITTED,
        task__review_item__project=project,
        task__review_item__state=ReviewItem.State.WAITING,
    )
    return sorted(set(theirs.values_list("task", flat=True)))


def items_look(*, project: Project, tasks: Sequence[int]) -> int:
    """Find the reasons of these tasks anew. Returns how many there are."""
    if not tasks:
        return 0
    # numpy stays out of processes that look at no durations.
    from annotation.review import durations  # noqa: PLC0415

    rules, beyond = rules_of(project), thresholds_of(project).outlier_z
    usual = {kind: durations.usual_of(project, kind) for kind in KINDS}
    standings = GoldStanding.objects.filter(membership__project=project, state__in=DOUBTED)
    doubted = set(standings.values_list("membership__user", flat=True))
    for start in range(0, len(tasks), AT_ONCE):
        chunk = tasks[start : start + AT_ONCE]
        away = set[int]()
        for kind in KINDS:
            asked = durations.of_tasks(kind, chunk)
            away |= durations.outliers(asked, usual[kind], beyond=beyond)
        with transaction.atomic():
            locked = Task.objects.select_for_update(of=("self",)).filter(pk__in=chunk)
            chunk_look(list(locked.order_by("pk")), rules, doubted=doubted, outliers=away)
        let_others_write()
    return len(tasks)


def chunk_look(
    tasks: Sequence[Task], rules: ReviewRules, *, doubted: set[int], outliers: set[int]
) -> None:
    """Write the items of locked tasks."""
    said = {
        kind: said_together(model, [task.pk for task in tasks if task.kind == kind])
        for kind, model in ((Task.Kind.RANKING, Ranking), (Task.Kind.DEMONSTRATION, Demonstration))
    }
    judged = judgments_of([row.pk for rows in said[Task.Kind.RANKING].values() for row in rows])
    skipped = set(
        Assignment.objects.filter(task__in=tasks, skip_reason__in=TOLD).values_list(
            "task_id", flat=True
        )
    )
    known = {item.task_id: item for item in ReviewItem.objects.filter(task__in=tasks)}
    for task in tasks:
        rows = said[Task.Kind(task.kind)][task.pk]
        if not rows:
            continue
        item = known.get(task.pk) or ReviewItem(
            project_id=task.project_id, task=task, kind=task.kind
        )
        verdicts = [row.review for row in rows]
        item.submissions, item.unreviewed = len(rows), verdicts.count(Reviewed.NOT)
        item.state = state_of(task, verdicts)
        judgments = [judged[row.pk] for row in rows] if task.kind == Task.Kind.RANKING else []
        item.agreement = agreement_of(judgments)
        item.disagree = item.agreement is not None and 100 * item.agreement < rules.agreement_below
        flags = {flag for each in judgments for judgment in each for flag in judgment.flags}
        item.flagged = task.pk in skipped or bool(flags & set(rules.flags))
        item.gold = any(row.labeler_id in doubted for row in rows)
        item.outlier = task.pk in outliers
        item.priority = priority_of(item)
        item.asked = asked_of(item, rules)
        item.save()


def said_together(model: type[Feedback], tasks: Sequence[int]) -> dict[int, list[Feedback]]:
    """What counts of each task, by task."""
    found: dict[int, list[Feedback]] = defaultdict(list)
    rows = model._default_manager.filter(
        task__in=tasks, is_current=True, source=Source.PERSON, assignment__isnull=False
    )
    for row in rows.order_by("pk"):
        assert row.task_id is not None
        found[row.task_id].append(row)
    return found


def judgments_of(rankings: Sequence[int]) -> dict[int, list[Judgment]]:
    found: dict[int, list[Judgment]] = defaultdict(list)
    for row in Judgment.objects.filter(ranking__in=rankings).order_by("completion_id"):
        found[row.ranking_id].append(row)
    return found


def agreement_of(rankings: Sequence[Sequence[Judgment]]) -> float | None:
    """Of each two; None where there are none. Who finds none acceptable ties all."""
    ranks = [[judgment.rank or 1 for judgment in each] for each in rankings]
    found = agreement(list(combinations(ranks, 2)))
    return found.with_ties if found.pairs else None


def reviews_reconcile() -> None:
    """Call a worker for each project with something new, unless one is at it."""
    for project in Project.objects.filter(review_watch=None):
        ReviewWatch.objects.get_or_create(project=project)
    due = Q(beat_at=None) | Q(beat_at__lte=timezone.now() - EVERY)
    for watch in ReviewWatch.objects.filter(due):
        if any(submissions_since(model, watch).exists() for model, _ in MODELS) or standing_changed(
            watch
        ):
            ReviewWatch.objects.filter(pk=watch.pk).update(beat_at=timezone.now())
            watch_call(watch.project_id)


def standing_changed(watch: ReviewWatch) -> bool:
    return GoldStanding.objects.filter(
        Q(membership__project=watch.project_id),
        changed_at__gt=watch.looked_at or timezone.now(),
    ).exists()


def watch_call(project_id: int) -> None:
    # The task's module imports this one.
    from annotation.review.tasks import reviews_watch_task  # noqa: PLC0415

    reviews_watch_task.delay(project_id=project_id)
