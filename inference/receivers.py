"""What inference does when something happens below it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver

from annotation.models import Project, User
from annotation.people.signals import project_copied
from inference.registry import base_model_set, base_reference


@receiver(project_copied)
def base_copy(*, source: Project, target: Project, actor: User, **_: Any) -> None:
    """The copy trains from the same base, unless that is a model which the other project made: it
    was trained on its labels."""
    reference = base_reference(project=source)
    if not reference:
        return
    try:
        base_model_set(actor=actor, project=target, reference=reference)
    except ValidationError:
        return  # nothing that the new project may name
