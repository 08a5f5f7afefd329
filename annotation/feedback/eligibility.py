"""Under which standing something is said: frozen with it, whatever changes later."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.models import Demonstration, Ranking, Reviewed, Source
from annotation.people.members import memberships_training
from annotation.people.models import Project, User
from annotation.queue.models import Assignment, Task

F = TypeVar("F", Demonstration, Ranking)
INSTRUCTIONS_CHANGED = gettext_lazy(
    "The instructions have changed since this page was opened. Reload it and "
    "read them again: your work is kept."
)
RUBRIC_CHANGED = gettext_lazy(
    "The rubric has changed since this page was opened. Reload it: your work is kept."
)


def versions_check(
    project: Project, *, instructions: int | None = None, rubric: int | None = None
) -> None:
    """Check that what the labeler was shown still stands; None is not checked.

    Raises ValidationError: nothing is taken in under words that its labeler has not read.
    """
    if instructions not in (None, project.instructions_version):
        raise ValidationError(INSTRUCTIONS_CHANGED)
    if rubric not in (None, project.rubric_version):
        raise ValidationError(RUBRIC_CHANGED)


def labeler_trains(*, project: Project, labeler: User) -> bool:
    """Whether what the labeler says now may train: active, and not held out."""
    training = memberships_training(labeler=labeler, project=project)
    return training.exists() or admin_trains(project=project, user=labeler)


def admin_trains(*, project: Project, user: User) -> bool:
    """Whether it is a site admin who speaks, without a membership."""
    return user.is_superuser and not user.memberships.filter(project=project).exists()


def feedback_standing(assignment: Assignment) -> dict[str, Any]:
    """The fields that a submission takes from its (locked) assignment.

    Only what an active labeler who is not held out says about a training task ever trains, and
    only while that is asked: of a task that was withdrawn meanwhile it is kept, and no more. An
    extra is as good a word as the others', and trains like them; a task that a reviewer has
    decided learns nothing from it.
    Raises ValidationError for what was skipped.
    """
    if assignment.state == Assignment.State.SKIPPED:
        raise ValidationError(_("You have skipped this task, so it cannot be submitted."))
    task = assignment.task
    labeler = assignment.labeler
    eligible = assignment.eligible or admin_trains(project=task.project, user=labeler)
    return {
        "project_id": task.project_id,
        "prompt_id": task.prompt_id,
        "task": task,
        "assignment": assignment,
        "labeler": labeler,
        "source": Source.PERSON,
        "trains": task.purpose == Task.Purpose.TRAIN and eligible and not withdrawn(task),
        "review": Reviewed.OVERRULED if task.decided_at else Reviewed.NOT,
        "instructions_version": task.project.instructions_version,
        "rubric_version": task.project.rubric_version,
    }


def withdrawn(task: Task) -> bool:
    """Whether nobody's word on it is wanted any more; a reviewer's decision can be undone."""
    return task.state == Task.State.CLOSED and task.decided_at is None


def feedback_before(kind: type[F], assignment: Assignment) -> F:
    """What was handed in with a (locked) assignment before, for who hands in again."""
    feedback = kind.objects.select_related("prompt").get(assignment=assignment, is_current=True)
    feedback.assignment, feedback.came_before = assignment, True
    return feedback
