"""Factories of work: prompts, answers and tasks of a project."""

import itertools
from collections.abc import Sequence
from typing import Any

from annotation.feedback.rankings import JudgmentInput
from annotation.models import Assignment, Completion, Project, Prompt, Task, User
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.queue.leases import task_claim
from annotation.queue.tasks import task_create

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


def claimed(labeler: User, project: Project) -> Assignment:
    """The labeler's next task, of which there has to be one."""
    assignment = task_claim(labeler=labeler, project=project)
    assert assignment is not None
    return assignment


def ranked(ranks: Sequence[int]) -> list[JudgmentInput]:
    return [JudgmentInput(rank) for rank in ranks]
