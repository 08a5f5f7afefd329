"""What the tests of reviews share: a reviewer, and tasks that people have handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Project, Task, User
from annotation.prompts.prompts import completion_create
from annotation.queue.claims import task_claim
from annotation.queue.tasks import task_create
from annotation.review.decisions import ranking_decide
from annotation.review.verdicts import verdict_give, verdict_reply
from annotation.review.watching import reviews_watch
from tests.annotation.work import demonstration_task, prompt_make, ranked, ranking_task
from tests.cast import Cast, member, user


def reviewer_join(cast: Cast, **fields: Any) -> User:
    """Rex reviews in the project."""
    rex = user("Rex")
    member(cast.project, rex, "reviewer", **fields)
    return rex


def by_slot(assignment: Assignment, ranks: Sequence[int]) -> list[int]:
    """Ranks of the task's slots in the order in which the labeler was shown them."""
    return [ranks[slot] for slot in assignment.order]


def rank(person: User, project: Project, ranks: Sequence[int], **more: Any) -> Assignment:
    """The person's next task, ranked so by slot."""
    assignment = task_claim(labeler=person, project=project)
    assert assignment is not None
    ranking_submit(assignment=assignment, judgments=ranked(by_slot(assignment, ranks)), **more)
    return fresh(assignment)


def write(person: User, project: Project, text: str) -> Assignment:
    assignment = task_claim(labeler=person, project=project)
    assert assignment is not None
    demonstration_submit(assignment=assignment, text=text)
    return fresh(assignment)


def fresh(assignment: Assignment) -> Assignment:
    return Assignment.objects.select_related("task__project", "labeler").get(pk=assignment.pk)


def disputed(cast: Cast) -> tuple[Task, Assignment, Assignment]:
    """A task that Lena and Luis rank the other way round."""
    task = ranking_task(cast.project, overlap=2)
    first = rank(cast.lena, cast.project, [1, 2, 3, 4])
    second = rank(cast.luis, cast.project, [4, 3, 2, 1])
    return task, first, second


def demonstrated(cast: Cast) -> tuple[Task, Assignment]:
    task = demonstration_task(cast.project)
    return task, write(cast.lena, cast.project, "As Lena says.")


def look(cast: Cast) -> int:
    return reviews_watch(project_id=cast.project.pk)


LONG = "Because the water turns to steam, and steam takes up more room than water does. " * 6


@dataclass(frozen=True)
class Reviews:
    """What a project holds in which each kind of review was made, by the name of a task."""

    project: Project
    tasks: dict[str, Task]
    returned: Assignment
    waiting: Assignment


def reviews_make(cast: Cast) -> Reviews:
    """A project of its own: Lena, Luis and Hana label, Ada decides and reviews, Rex reviews."""
    project = Project.objects.create(name="Reviewed", slug="reviewed", overlap=3)
    there = replace(cast, project=project)
    rex = reviewer_join(there)
    member(project, cast.ada, "admin", "reviewer")
    people = (cast.lena, cast.luis, cast.hana)
    for person in people:
        member(project, person, "labeler")
    tasks = {}
    for name in ("disputed", "decided", "alike"):
        prompt = prompt_make(project, f"Why does a kettle whistle? ({name})")
        answers = [completion_create(prompt=prompt, text=f"{n}. {LONG}")[0] for n in range(1, 5)]
        tasks[name] = task_create(
            project=project, kind="ranking", prompt=prompt, completions=answers
        )
        for person, ranks in zip(people, ([1, 2, 3, 4], [4, 2, 1, 3], [1, 2, 4, 3]), strict=True):
            rank_flagged(person, project, ranks if name != "alike" else [1, 2, 3, 4])
    tasks["written"] = task_create(
        project=project, kind="demonstration", prompt=prompt_make(project, "Name three rivers.")
    )
    for person in people:
        write(person, project, f"**{person.first_name}** says: Rhine, Elbe and Oder.")
    Assignment.objects.filter(task__project=project).update(active_seconds=95)
    reviews_watch(project_id=project.pk)
    ranking_decide(
        reviewer=rex, task=tasks["decided"], judgments=ranked([1, 2, 2, 3]), note="B and C alike."
    )
    mine = Assignment.objects.select_related("labeler").get(task=tasks["alike"], labeler=cast.lena)
    comment = "Look at B once more:\nit names no source."
    verdict_give(reviewer=rex, assignment=mine, revision=1, verdict="returned", comment=comment)
    written = Assignment.objects.select_related("labeler").get(
        task=tasks["written"], labeler=cast.lena
    )
    verdict_give(
        reviewer=rex, assignment=written, revision=1, verdict="returned", comment="Too short."
    )
    verdict_reply(labeler=cast.lena, assignment=written, reply="Three were asked for.")
    waiting = Assignment.objects.get(task=tasks["disputed"], labeler=cast.luis)
    return Reviews(project, tasks, fresh(mine), waiting)


def rank_flagged(person: User, project: Project, ranks: Sequence[int]) -> None:
    assignment = task_claim(labeler=person, project=project)
    assert assignment is not None
    judgments = [
        JudgmentInput(place, likert=8 - 2 * place + 1, flags=["harmful"] if place == 4 else [])
        for place in by_slot(assignment, ranks)
    ]
    ranking_submit(assignment=assignment, judgments=judgments, note=f"{person.first_name}'s note.")
