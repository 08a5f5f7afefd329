"""Tasks: made, withdrawn, and brought to a project's overlap."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from annotation.people.models import Membership, MembershipRole, Project
from annotation.people.projects import audit
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Completion, ImportBatch, Prompt
from annotation.queue.models import EVERYBODY, Assignment, Task, TaskCompletion
from annotation.queue.routes import Routes

# An UPDATE of this many rows holds SQLite's one write lock for some 20 ms.
CHUNK = 5_000
# Whose overlap follows the project's; gold, screening and practice have their own.
FOLLOWS_PROJECT = (Task.Purpose.TRAIN, Task.Purpose.EVALUATION)


def task_create(
    *,
    project: Project,
    kind: str,
    prompt: Prompt,
    completions: Sequence[Completion] = (),
    purpose: str = Task.Purpose.TRAIN,
    priority: int = 0,
    overlap: int | None = None,
    marks: Marks | None = None,
) -> Task:
    """Put a task into the queue. `overlap` is the project's, and follows it, where none is given;
    gold has none. `marks`, of whom it may go to, are the prompt's where none are given.

    Raises ValidationError when the completions do not fit the kind, the prompt or the project's K.
    """
    if kind not in Task.Kind.values or purpose not in Task.Purpose.values:
        raise ValidationError(
            _("Unknown kind or purpose of task: %(kind)s, %(purpose)s.")
            % {"kind": kind, "purpose": purpose}
        )
    if kind == Task.Kind.DIALOGUE:
        raise ValidationError(_("A dialogue task is made with what it is to be about."))
    overlap_own = overlap is not None
    if purpose == Task.Purpose.GOLD:
        if overlap_own:
            raise ValidationError(_("Gold is given to everybody: it has no overlap."))
        overlap = EVERYBODY
    overlap = project.overlap if overlap is None else overlap
    if overlap < 1:
        raise ValidationError(_("The overlap is at least 1."))
    if prompt.project_id != project.pk:
        raise ValidationError(_("The prompt belongs to another project."))
    completions_validate(
        project=project, kind=kind, purpose=purpose, prompt=prompt, answers=completions
    )
    with transaction.atomic():
        task = Task.objects.create(
            project=project,
            kind=kind,
            purpose=purpose,
            route=Routes(project).get(kind=kind, purpose=purpose, marks=marks or marks_of(prompt)),
            prompt=prompt,
            k=len(completions),
            overlap=overlap,
            overlap_own=overlap_own,
            priority=priority,
        )
        if completions:
            TaskCompletion.objects.bulk_create(
                TaskCompletion(task=task, completion=completion, slot=slot)
                for slot, completion in enumerate(completions)
            )
    return task


def demonstration_tasks_create(*, project: Project, prompts: Sequence[Prompt]) -> None:
    """Put a task to demonstrate each of the project's prompts into the queue, all at once."""
    if any(prompt.project_id != project.pk for prompt in prompts):
        raise ValidationError(_("The prompt belongs to another project."))
    routes = Routes(project)
    Task.objects.bulk_create(
        Task(
            project=project,
            kind=Task.Kind.DEMONSTRATION,
            route=routes.of(prompt, kind=Task.Kind.DEMONSTRATION),
            prompt=prompt,
            overlap=project.overlap,
        )
        for prompt in prompts
    )


def completions_validate(
    *, project: Project, kind: str, purpose: str, prompt: Prompt, answers: Sequence[Completion]
) -> None:
    if kind != Task.Kind.RANKING:
        if answers:
            raise ValidationError(_("Only a ranking task has completions."))
        return
    low, high = (project.k_min, project.k_max) if purpose == Task.Purpose.TRAIN else (2, 9)
    if not low <= len(answers) <= high:
        raise ValidationError(
            _("This ranking task needs %(low)s to %(high)s different answers, not %(count)s.")
            % {"low": low, "high": high, "count": len(answers)}
        )
    if len({completion.pk for completion in answers}) != len(answers):
        raise ValidationError(_("The same answer stands twice in a task."))
    if any(completion.prompt_id != prompt.pk for completion in answers):
        raise ValidationError(_("An answer belongs to another prompt."))


def tasks_open(*, batch: ImportBatch) -> int:
    """Put the tasks that an import staged into the queue, all at once. Returns how many."""
    staged = Task.objects.filter(batch=batch, state=Task.State.STAGED)
    return staged.update(state=Task.State.OPEN)


def task_close(*, task: Task) -> None:
    """Withdraw a task. Whoever works on it may still submit: that comes in as an extra."""
    Task.objects.filter(pk=task.pk).exclude(state=Task.State.CLOSED).update(state=Task.State.CLOSED)
    task.state = Task.State.CLOSED


def overlap_apply(*, project: Project) -> int:
    """Give the project's overlap to its tasks; the raised reopen, the satisfied are done.

    Extra submissions fill places that a raise makes before anybody is asked anew. Tasks with an
    overlap of their own keep it, and what a reviewer has decided asks nobody any more; what
    disagreement raised keeps what it was raised by, up to the project's most. Written in chunks of
    CHUNK ids, so that labelers go on claiming meanwhile; the audit event at its end tells from when
    on no task was given out by the old overlap. Returns the number of tasks changed.
    """
    tasks = Task.objects.filter(
        project=project, purpose__in=FOLLOWS_PROJECT, overlap_own=False, decided_at=None
    ).exclude(state=Task.State.CLOSED)
    overlap = overlap_wanted(project)
    wanted = tasks.exclude(overlap=overlap)
    span = wanted.aggregate(first=Min("id"), last=Max("id"))
    changed = 0
    if span["first"] is None:
        return changed
    for start in range(span["first"], span["last"] + 1, CHUNK):
        chunk = wanted.filter(id__gte=start, id__lt=start + CHUNK)
        with transaction.atomic():
            changed += chunk.update(
                overlap=overlap,
                state=Case(
                    When(state=Task.State.STAGED, then=Value(Task.State.STAGED)),
                    When(submitted_count__gte=overlap, then=Value(Task.State.DONE)),
                    default=Value(Task.State.OPEN),
                ),
            )
            fit = tasks_extras_fit(tasks.filter(id__gte=start, id__lt=start + CHUNK))
            for task in fit.select_for_update(of=("self",)).order_by("id"):
                extras_count(task)
    audit(
        project=project,
        actor=None,
        verb="overlap_apply",
        target=project.slug,
        overlap=project.overlap,
        tasks=changed,
    )
    return changed


def overlap_wanted(project: Project) -> Func:
    """The overlap of a task that follows the project's, and was raised overlap_raised times."""
    most = Value(max(project.overlap, project.overlap_most))
    return Least(most, project.overlap + F("overlap_raised"), output_field=IntegerField())


def overlap_raise(*, task: Task) -> bool:
    """Ask one person more for a task that is done; the caller has locked its row.

    An extra submission fills the new place first. Returns False, and changes nothing, where there
    is none and no labeler is left who could be given the task: it would stay open for nobody.
    """
    left = extras().filter(task=task).exists() or any(
        task.route.admits(member) for member in labelers_left(task)
    )
    if not left:
        return False
    task.overlap += 1
    task.overlap_raised += 1
    task.state = Task.State.OPEN
    task.save(update_fields=["overlap", "overlap_raised", "state"])
    extras_count(task)
    return True


def labelers_left(task: Task) -> QuerySet[Membership]:
    """The active labelers who have neither submitted nor skipped the task."""
    met = Assignment.objects.filter(
        task=task,
        labeler=OuterRef("user"),
        state__in=(Assignment.State.SUBMITTED, Assignment.State.SKIPPED),
    )
    return Membership.objects.filter(
        ~Exists(met),
        project=task.project_id,
        state=Membership.State.ACTIVE,
        roles__role=MembershipRole.Role.LABELER,
    )


def extras_count(task: Task) -> None:
    """Let extra submissions count, the earliest first, where an open task has free places.

    The caller has locked the task's row, read it afresh and freed the places.
    """
    places = task.overlap - task.submitted_count - task.leased_count
    if task.state != Task.State.OPEN or places <= 0:
        return
    earliest = extras().filter(task=task).order_by("ended_at", "id")
    counted = list(earliest.values_list("pk", flat=True)[:places])
    if not counted:
        return
    Assignment.objects.filter(pk__in=counted).update(extra=False)
    task.submitted_count += len(counted)
    if task.submitted_count >= task.overlap:
        task.state = Task.State.DONE
    task.save(update_fields=["submitted_count", "state"])


def extras() -> QuerySet[Assignment]:
    """Submissions that came late, past their task's overlap."""
    return Assignment.objects.filter(state=Assignment.State.SUBMITTED, extra=True)


def tasks_extras_fit(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The open ones of `tasks` that have an extra submission and a free place for it."""
    return tasks.filter(
        Exists(extras().filter(task=OuterRef("pk"))),
        state=Task.State.OPEN,
        overlap__gt=F("submitted_count") + F("leased_count"),
    )
