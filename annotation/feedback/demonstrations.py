"""Demonstrations: an answer written by a person, or brought by a file."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.feedback.checks import annotations_validate
from annotation.feedback.eligibility import (
    feedback_before,
    feedback_standing,
    versions_check,
)
from annotation.feedback.models import Demonstration, Source
from annotation.feedback.signals import feedback_announce
from annotation.feedback.suggestions import beginning
from annotation.people.models import User
from annotation.prompts.models import ImportBatch, Prompt
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.leases import assignment_lock, assignment_submit
from annotation.queue.models import Assignment, Task
from annotation.texts import newlines_plain, text_validate


def demonstration_submit(
    *,
    assignment: Assignment,
    text: str,
    annotations: Sequence[str] = (),
    suggestion: int | None = None,
    active_seconds: int = 0,
    instructions_version: int | None = None,
    rubric_version: int | None = None,
    seen: DraftSeen | None = None,
) -> Demonstration:
    """Hand in the answer to a leased task; handing in twice returns what was handed in first.

    `annotations` are about the prompt, by the rubric's keys; `suggestion` is the number of the one
    that the text began from. The versions are those that the labeler was shown: under others
    nothing is taken in. A draft newer than what was `seen` stays.
    Late work is kept too (see assignment_submit). Raises ValidationError.
    """
    text = newlines_plain(text_validate(text, what=_("The demonstration")))
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.task.kind != Task.Kind.DEMONSTRATION:
            raise ValidationError(_("This task does not ask for a demonstration."))
        if fresh.state == Assignment.State.SUBMITTED:
            return feedback_before(Demonstration, fresh)
        project = fresh.task.project
        versions_check(project, instructions=instructions_version, rubric=rubric_version)
        marked = annotations_validate(annotations, rubric=project.rubric)
        standing = feedback_standing(fresh)
        assignment_submit(assignment=fresh, active_seconds=active_seconds, seen=seen)
        began = beginning(fresh, suggestion, text)
        demonstration = Demonstration.objects.create(
            **standing, text=text, annotations=marked, **began
        )
        feedback_announce(project_id=fresh.task.project_id, kind=fresh.task.kind)
    return demonstration


def demonstration_says(
    demonstration: Demonstration, *, text: str, annotations: Sequence[str]
) -> bool:
    """Whether a demonstration handed in holds what is said here."""
    said = (newlines_plain(text), sorted(set(annotations)))
    return (demonstration.text, demonstration.annotations) == said


def demonstration_record(
    *,
    prompt: Prompt,
    text: str,
    source: str = Source.IMPORT,
    labeler: User | None = None,
    batch: ImportBatch | None = None,
    line: int | None = None,
    trains: bool = True,
    instructions_version: int = 0,
) -> Demonstration:
    """Store an answer that came without a task. A batch's line is stored once per prompt."""
    text = newlines_plain(text_validate(text, what=_("The demonstration")))
    if source not in Source.values:
        raise ValidationError(_("Unknown source: %(source)s.") % {"source": source})
    with transaction.atomic():
        if batch is not None:
            earlier = Demonstration.objects.filter(batch=batch, line=line, prompt=prompt).first()
            if earlier:
                return earlier
        return Demonstration.objects.create(
            project_id=prompt.project_id,
            prompt=prompt,
            labeler=labeler,
            source=source,
            trains=trains,
            batch=batch,
            line=line,
            text=text,
            instructions_version=instructions_version,
        )
