"""Factories of work: prompts, answers and tasks of a project."""

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation.dialogue.tasks import dialogues_ask
from annotation.feedback.checks import JudgmentInput
from annotation.models import Assignment, Completion, Membership, Project, Prompt, Task, User
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.queue.claims import task_claim
from annotation.queue.tasks import task_create
from tests.cast import Cast

Enter = Callable[[User], Client]
_numbers = itertools.count(1)


def prompt_make(project: Project, text: str | None = None, **fields: Any) -> Prompt:
    content = text or f"Tell me about the number {next(_numbers)}."
    return prompt_create(
        project=project, messages=[{"role": "user", "content": content}], **fields
    )[0]


def completions_make(prompt: Prompt, k: int) -> list[Completion]:
    return [completion_create(prompt=prompt, text=f"Answer {index}.")[0] for index in range(k)]


def ranking_task(project: Project, k: int = 4, **fields: Any) -> Task:
    prompt = prompt_make(project)
    return task_create(
        project=project,
        kind=Task.Kind.RANKING,
        prompt=prompt,
        completions=completions_make(prompt, k),
        **fields,
    )


def demonstration_task(project: Project, **fields: Any) -> Task:
    return task_create(
        project=project, kind=Task.Kind.DEMONSTRATION, prompt=prompt_make(project), **fields
    )


def heldout_end(cast: Cast) -> Cast:
    """Let Hana label as Lena and Luis do."""
    Membership.objects.filter(user=cast.hana).update(heldout=False)
    return cast


def claimed(labeler: User, project: Project) -> Assignment:
    """The labeler's next task, of which there has to be one."""
    assignment = task_claim(labeler=labeler, project=project)
    assert assignment is not None
    return assignment


def ranked(ranks: Sequence[int]) -> list[JudgmentInput]:
    return [JudgmentInput(rank) for rank in ranks]


def claim(person: User, project: Project, **fields: Any) -> Any:
    """The labeler's next task, or None; untyped, for tests that know what there is."""
    return task_claim(labeler=person, project=project, **fields)


def lease_age(assignment: Assignment, **ago: float) -> None:
    """Let the lease have begun and run out some time ago."""
    then = timezone.now() - timedelta(**ago)
    Assignment.objects.filter(pk=assignment.pk).update(
        leased_at=then, heartbeat_at=then, expires_at=then
    )


def counts(task: Task) -> tuple[int, int, str]:
    """The task's submissions, its leases and its state, as they stand."""
    task.refresh_from_db()
    return task.submitted_count, task.leased_count, task.state


def at(name: str, assignment: Assignment) -> str:
    """The address of a labeler's page about an assignment."""
    return reverse(name, args=[assignment.task.project.slug, assignment.public_id])


def ranks_form(ranks: list[int | str], **more: object) -> dict[str, object]:
    """What the ranking page posts."""
    return {**{f"rank-{i}": rank for i, rank in enumerate(ranks)}, **more}


def send_draft(client: Client, assignment: Assignment, body: object) -> int:
    """Save a draft as the page does. Returns the status of the answer."""
    return client.post(
        at("work-draft", assignment), json.dumps(body), content_type="application/json"
    ).status_code


SCRIPT = [[f"Answer {turn}.{number}" for number in range(1, 4)] for turn in range(1, 9)]


def dialogue_task(project: Project, **fields: Any) -> Task:
    """A dialogue task, of up to four turns with three scripted answers each where none are said."""
    if fields.get("mode") != "both_sides":
        fields = {"answers": 3, "script": SCRIPT, **fields}
    return dialogues_ask(actor=None, project=project, count=1, **{"max_turns": 4, **fields})[0]
