"""What the tests of reviews share: a reviewer, and tasks that people have handed in."""

from collections.abc import Sequence
from typing import Any

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Project, Task, User
from annotation.queue.claims import task_claim
from annotation.review.watching import reviews_watch
from tests.annotation.work import demonstration_task, ranked, ranking_task
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
