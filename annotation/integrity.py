"""What the counters say against what the rows hold: the promises that no constraint can keep.

Each check is one promise and yields its faults in words, with ids. They only read, and each reads
what was true at one moment, so they may run while people work.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain

from django.apps import apps
from django.db.models import Count, F, Max, Model, Q

from annotation.dialogue.integrity import CHECKS as DIALOGUE_CHECKS
from annotation.feedback.kept import share_kept
from annotation.gold.integrity import CHECKS as GOLD_CHECKS
from annotation.models import (
    Assignment,
    AuditEvent,
    Demonstration,
    ImportBatch,
    Project,
    Ranking,
    Source,
    Suggestion,
    Task,
)
from annotation.onboarding.integrity import CHECKS as ONBOARDING_CHECKS
from annotation.pool.integrity import CHECKS as POOL_CHECKS
from annotation.queue.tasks import tasks_extras_fit
from annotation.review.integrity import CHECKS as REVIEW_CHECKS
from annotation.writing.integrity import CHECKS as WRITING_CHECKS

Check = Callable[[], Iterator[str]]
LIVE = Q(assignments__state=Assignment.State.LEASED)
COUNTED = Q(assignments__state=Assignment.State.SUBMITTED, assignments__extra=False)
# An import that ended badly holds its rows until a worker has cleared them away.
UNFINISHED = Q(state=ImportBatch.State.STAGING) | Q(
    state__in=[ImportBatch.State.FAILED, ImportBatch.State.CANCELLED], finished_at=None
)
AT_ONCE = 1_000


def faults_find() -> Iterator[str]:
    """Every fault of every project, one sentence each."""
    return chain.from_iterable(check() for check in CHECKS)


def counts_match() -> Iterator[str]:
    """A task counts its leases, and its submissions without the extras."""
    tasks = Task.objects.annotate(
        live=Count("assignments", filter=LIVE), counted=Count("assignments", filter=COUNTED)
    )
    for task in tasks.exclude(live=F("leased_count"), counted=F("submitted_count")).order_by("pk"):
        yield (
            f"Task {task.pk} counts {task.leased_count} leases and {task.submitted_count} "
            f"submissions, but has {task.live} and {task.counted}."
        )


def overlap_kept() -> Iterator[str]:
    """Nobody was given a task that had its overlap of leases and submissions."""
    held = Count("assignments", filter=LIVE | COUNTED)
    newest = Max("assignments__leased_at", filter=LIVE | COUNTED)
    tasks = Task.objects.annotate(held=held, newest=newest).filter(held__gt=F("overlap"))
    for task in tasks.order_by("pk"):
        if not overlap_lowered(task, task.newest):
            yield (
                f"Task {task.pk} has {task.held} leases and submissions together: its overlap is "
                f"{task.overlap}."
            )


def overlap_lowered(task: Task, newest: datetime) -> bool:
    """Whether the project's overlap reached the task after its newest lease."""
    events = AuditEvent.objects.filter(project=task.project_id, verb="overlap_apply")
    latest = events.aggregate(at=Max("created_at"))["at"]
    return not task.overlap_own and latest is not None and newest <= latest


def submissions_have_feedback() -> Iterator[str]:
    """What was submitted, dialogues aside, has one current ranking or demonstration."""
    handed_in = Assignment.objects.filter(state=Assignment.State.SUBMITTED)
    submitted = handed_in.exclude(task__kind=Task.Kind.DIALOGUE).annotate(
        said=Count("rankings", filter=Q(rankings__is_current=True), distinct=True)
        + Count("demonstrations", filter=Q(demonstrations__is_current=True), distinct=True)
    )
    for assignment in submitted.exclude(said=1).order_by("pk"):
        yield (
            f"Assignment {assignment.pk} of task {assignment.task_id} is submitted with "
            f"{assignment.said} rankings and demonstrations."
        )


def feedback_was_submitted() -> Iterator[str]:
    """Feedback that names an assignment is about its task and the task's prompt, of its labeler,
    and was submitted. A dialogue's is about prompts of its own.
    """
    agrees = Q(
        assignment__state=Assignment.State.SUBMITTED,
        assignment__task=F("task"),
        assignment__labeler=F("labeler"),
    ) & (Q(assignment__task__kind=Task.Kind.DIALOGUE) | Q(assignment__task__prompt=F("prompt")))
    for model in (Demonstration, Ranking):
        rows = model.objects.filter(~agrees, assignment__isnull=False).order_by("pk")
        for pk, assignment, state in rows.values_list("pk", "assignment", "assignment__state"):
            yield (
                f"{model.__name__} {pk} does not fit assignment {assignment}, which is {state}: "
                "its task, its prompt, its labeler or its state is another."
            )


def labelers_meet_tasks_once() -> Iterator[str]:
    """Nobody has two current answers to a task, or to a dialogue's prompt; the database sees to it
    for assignments.
    """
    for model in (Demonstration, Ranking):
        said = model.objects.filter(is_current=True, task__isnull=False, labeler__isnull=False)
        about = said.values("task", "labeler", "prompt")
        twice = about.annotate(times=Count("pk")).filter(times__gt=1)
        for row in twice.order_by("task", "labeler"):
            yield (
                f"Labeler {row['labeler']} has {row['times']} current "
                f"{model.__name__.lower()}s of task {row['task']}."
            )


def revisions_follow_each_other() -> Iterator[str]:
    """A revision replaces the one before it and keeps its standing, or loses its place in training;
    what no other replaces is current.
    """
    kept = ("assignment", "task", "prompt", "labeler", "source")
    follows = (Q(trains=False) | Q(replaces__trains=True)) & Q(
        revision=F("replaces__revision") + 1,
        replaces__is_current=False,
        **{name: F(f"replaces__{name}") for name in kept},
    )
    first = Q(revision=1, replaces__isnull=True)
    for model in (Demonstration, Ranking):
        for row in model.objects.filter(~first & ~follows).order_by("pk"):
            yield (
                f"{model.__name__} {row.pk}, revision {row.revision}, does not follow "
                f"{row.replaces_id}: its number, its standing or what it is about does not fit."
            )
        for row in model.objects.filter(is_current=False, replaced_by=None).order_by("pk"):
            if row.source != Source.REVIEW:  # a decision that was undone
                yield f"{model.__name__} {row.pk} is not current, but nothing replaces it."


def suggestions_fit() -> Iterator[str]:
    """What a demonstration began from was given to its labeler for its prompt, and what it keeps of
    that is what can be counted. A later revision began where the first one did.
    """
    given = Suggestion.objects.exclude(completion__prompt=F("assignment__task__prompt"))
    for suggestion in given.order_by("pk"):
        yield f"Suggestion {suggestion.pk} is no answer to the prompt of its assignment's task."
    begun = Demonstration.objects.filter(suggestion__isnull=False)
    for row in begun.exclude(suggestion__assignment=F("assignment")).order_by("pk"):
        yield f"Demonstration {row.pk} began from suggestion {row.suggestion_id} of another one."
    rows = begun.select_related("suggestion__completion").order_by("pk")
    for row in rows.iterator(AT_ONCE):
        assert row.suggestion is not None
        kept = share_kept(row.text, row.suggestion.completion.text)
        if kept != row.kept:
            yield f"Demonstration {row.pk} keeps {kept} of what it began from, not {row.kept}."
    moved = Demonstration.objects.filter(replaces__isnull=False).exclude(
        Q(suggestion=F("replaces__suggestion"))
        | Q(suggestion__isnull=True, replaces__suggestion__isnull=True)
    )
    for row in moved.order_by("pk"):
        yield f"Demonstration {row.pk} began from something else than {row.replaces_id}."


def judgments_cover_answers() -> Iterator[str]:
    """A task's ranking judges the task's completions, each of them and no other."""
    ours = Ranking.objects.filter(task__isnull=False).exclude(task__kind=Task.Kind.DIALOGUE)
    # Joined: prefetched, tasks are asked for in as many ORs, which SQLite refuses.
    rankings = ours.order_by("pk").select_related("task")
    for ranking in rankings.prefetch_related("judgments", "task__slots").iterator(AT_ONCE):
        assert ranking.task is not None
        judged = sorted(one.completion_id for one in ranking.judgments.all())
        asked = sorted(slot.completion_id for slot in ranking.task.slots.all())
        if judged != asked:
            yield (
                f"Ranking {ranking.pk} judges completions {judged}, but its task "
                f"{ranking.task_id} asks for {asked}."
            )


def ranks_are_dense() -> Iterator[str]:
    """Ranks are 1, 2, ... without a gap, or none where no answer was acceptable."""
    rankings = Ranking.objects.order_by("pk").prefetch_related("judgments")
    for ranking in rankings.iterator(AT_ONCE):
        judgments = sorted(ranking.judgments.all(), key=lambda judgment: judgment.pk)
        ranks = [judgment.rank for judgment in judgments]
        levels = set(ranks)
        dense = bool(ranks) and levels == set(range(1, len(levels) + 1))
        unranked = levels <= {None}
        if not (dense if ranking.outcome == Ranking.Outcome.RANKED else unranked):
            yield f"Ranking {ranking.pk} is {ranking.outcome} with the ranks {ranks}."


def tasks_are_done_when_full() -> Iterator[str]:
    """A task is done with its overlap of submissions, and open without."""
    full = Q(submitted_count__gte=F("overlap"))
    wrong = Q(state=Task.State.DONE) & ~full | Q(state=Task.State.OPEN) & full
    for task in Task.objects.filter(wrong).order_by("pk"):
        yield (
            f"Task {task.pk} is {task.state} with {task.submitted_count} of {task.overlap} "
            "submissions."
        )


def extras_fill_free_places() -> Iterator[str]:
    """No submission waits as an extra beside a free place."""
    for task in tasks_extras_fit(Task.objects.all()).order_by("pk"):
        yield f"Task {task.pk} has a free place and an extra submission that does not count."


def tasks_go_their_route() -> Iterator[str]:
    """A task's route is of its project, its kind and its purpose."""
    fits = Q(project=F("route__project"), kind=F("route__kind"), purpose=F("route__purpose"))
    for task in Task.objects.exclude(fits).select_related("route").order_by("pk"):
        yield f"Task {task.pk}, {task.kind} for {task.purpose}, has the route “{task.route}”."


def staged_tasks_are_of_imports() -> Iterator[str]:
    """A task is staged while its import is unfinished, and only then."""
    unfinished = ImportBatch.objects.filter(UNFINISHED).values("pk")
    staged = Q(state=Task.State.STAGED)
    of_unfinished = Q(batch__isnull=False) & Q(batch__in=unfinished)
    for task in Task.objects.filter(staged & ~of_unfinished).order_by("pk"):
        yield f"Task {task.pk} is staged, but no unfinished import has it."
    for task in Task.objects.filter(of_unfinished & ~staged).order_by("pk"):
        yield f"Task {task.pk} is {task.state}, but its import {task.batch_id} is unfinished."


def only_training_tasks_train() -> Iterator[str]:
    """Nothing said about gold, practice, screening or an evaluation trains."""
    apart = Q(task__isnull=False, trains=True) & ~Q(task__purpose=Task.Purpose.TRAIN)
    for model in (Ranking, Demonstration):
        for row in model.objects.filter(apart).select_related("task").order_by("pk"):
            assert row.task is not None
            yield f"{model.__name__} {row.pk} trains, and its task is for {row.task.purpose}."


def rows_keep_to_their_project() -> Iterator[str]:
    """Whatever belongs to a project, and names another row that does, names one of its own."""
    for model in apps.get_app_config("annotation").get_models():
        for name in references(model):
            held = model._default_manager.filter(**{f"{name}__isnull": False})
            for row in held.exclude(project=F(f"{name}__project")).order_by("pk"):
                yield f"{model.__name__} {row.pk} names a {name} of another project."


def references(model: type[Model]) -> list[str]:
    """Its relations to rows of a project, where it has a project itself."""
    fields = {field.name: field.related_model for field in model._meta.concrete_fields}
    if fields.get("project") is not Project:
        return []
    return [
        name
        for name, other in fields.items()
        if isinstance(other, type)
        and issubclass(other, Model)
        and any(each.name == "project" for each in other._meta.concrete_fields)
    ]


CHECKS: tuple[Check, ...] = (
    counts_match,
    overlap_kept,
    submissions_have_feedback,
    feedback_was_submitted,
    labelers_meet_tasks_once,
    revisions_follow_each_other,
    suggestions_fit,
    judgments_cover_answers,
    ranks_are_dense,
    tasks_are_done_when_full,
    extras_fill_free_places,
    tasks_go_their_route,
    staged_tasks_are_of_imports,
    only_training_tasks_train,
    rows_keep_to_their_project,
    *DIALOGUE_CHECKS,
    *GOLD_CHECKS,
    *ONBOARDING_CHECKS,
    *POOL_CHECKS,
    *WRITING_CHECKS,
    *REVIEW_CHECKS,
)
