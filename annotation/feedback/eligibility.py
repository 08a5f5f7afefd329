"""Under which standing something is said: frozen with it, whatever changes later."""

from typing import Any

from django.core.exceptions import ValidationError

from annotation.feedback.models import Source
from annotation.people.models import Membership
from annotation.queue.models import Assignment, Task


def feedback_standing(assignment: Assignment) -> dict[str, Any]:
    """The fields that a submission takes from its (locked) assignment.

    Only what an active labeler who is not held out says about a training task ever trains.
    Raises ValidationError for what was skipped.
    """
    if assignment.state == Assignment.State.SKIPPED:
        raise ValidationError("You have skipped this task, so it cannot be submitted.")
    task = assignment.task
    labeler = assignment.labeler
    membership = Membership.objects.filter(project_id=task.project_id, user=labeler).first()
    eligible = (
        membership.state == Membership.State.ACTIVE and not membership.heldout
        if membership
        else labeler.is_superuser
    )
    return {
        "project_id": task.project_id,
        "prompt_id": task.prompt_id,
        "task": task,
        "assignment": assignment,
        "labeler": labeler,
        "source": Source.PERSON,
        "trains": task.purpose == Task.Purpose.TRAIN and eligible,
        "instructions_version": task.project.instructions_version,
        "rubric_version": task.project.rubric_version,
    }
