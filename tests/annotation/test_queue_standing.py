"""What waits for a labeler is what their next claims would find."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotation.feedback.demonstrations import demonstration_submit
from annotation.models import Assignment, ImportBatch, Membership, Project, Task
from annotation.people.members import member_prefer
from annotation.people.projects import member_update
from annotation.prompts.marks import Marks
from annotation.queue.claims import leases_expire, task_claim
from annotation.queue.leases import assignment_release, assignment_skip
from annotation.queue.standing import standing_get, tasks_unserved
from annotation.queue.tasks import task_close
from tests.annotation.work import claimed, demonstration_task, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def waiting(cast: Cast) -> int:
    return standing_get(labeler=cast.lena, project=cast.project).waiting


def test_a_task_waits_until_it_is_given_out(cast: Cast) -> None:
    demonstration_task(cast.project)
    ranking_task(cast.project)
    demonstration_task(cast.other)
    assert waiting(cast) == 2
    claimed(cast.luis, cast.project)
    assert waiting(cast) == 1
    claimed(cast.lena, cast.project)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.open, standing.done_today) == (0, True, 0)


def expire(lease: Assignment) -> None:
    Assignment.objects.filter(pk=lease.pk).update(expires_at=lease.leased_at)
    leases_expire(now=lease.expires_at)


ENDS: dict[str, tuple[Callable[[Assignment], object], int]] = {
    "let go": (lambda lease: assignment_release(assignment=lease), 1),
    "run out": (expire, 1),
    "skipped": (lambda lease: assignment_skip(assignment=lease, reason="unclear"), 0),
    "submitted": (lambda lease: demonstration_submit(assignment=lease, text="So."), 0),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_they_let_go_waits_and_what_they_met_does_not(cast: Cast, name: str) -> None:
    demonstration_task(cast.project, overlap=2)
    end, left = ENDS[name]
    end(claimed(cast.lena, cast.project))
    assert waiting(cast) == left
    assert (task_claim(labeler=cast.lena, project=cast.project) is not None) == bool(left)


def staged(project: Project) -> None:
    batch = ImportBatch.objects.create(project=project, state="staging", filename="f")
    Task.objects.filter(pk=demonstration_task(project).pk).update(state="staged", batch=batch)


HIDDEN: dict[str, Callable[[Project], object]] = {
    "staged": staged,
    "closed": lambda project: task_close(task=demonstration_task(project)),
    "screening": lambda project: ranking_task(project, purpose="screening"),
    "practice": lambda project: ranking_task(project, purpose="practice"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_not_given_out_does_not_wait(cast: Cast, name: str) -> None:
    HIDDEN[name](cast.project)
    assert waiting(cast) == 0
    assert task_claim(labeler=cast.lena, project=cast.project) is None


def test_waiting_is_capped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.queue.standing.WAITING_CAP", 2)
    for _ in range(3):
        demonstration_task(cast.project)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.waiting_text, standing.open) == (2, "1+", False)


def test_what_was_declined_since_is_not_open(cast: Cast) -> None:
    """The next claim gives it back (see claims), so nothing is there to go on with."""
    demonstration_task(cast.project, marks=Marks(sensitive=("violence",)))
    claimed(cast.lena, cast.project)
    membership = Membership.objects.get(project=cast.project, user=cast.lena)
    member_prefer(membership=membership, declined=["violence"], languages=membership.languages)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.open) == (0, False)
    demonstration_task(cast.project)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.open) == (1, False)
    claimed(cast.lena, cast.project)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.open) == (0, True)


def unserved(cast: Cast) -> list[tuple[str, int]]:
    return [(str(each.route), each.tasks) for each in tasks_unserved(cast.project)]


def test_tasks_that_no_labeler_may_have_are_told(cast: Cast) -> None:
    demonstration_task(cast.project)
    ranking_task(cast.project, purpose="gold")
    assert unserved(cast) == []
    for _ in range(2):
        demonstration_task(cast.project, marks=Marks("pt"))
    task_close(task=demonstration_task(cast.project, marks=Marks("de")))
    assert unserved(cast) == [("demonstration train pt", 2)]
    membership = Membership.objects.get(project=cast.project, user=cast.hana)
    member_update(actor=cast.ada, membership=membership, languages=["pt"])
    assert unserved(cast) == [("demonstration train pt", 2)]  # Hana is held out
    member_update(actor=cast.ada, membership=membership, heldout=False)
    assert unserved(cast) == []


def test_the_overview_tells_them(cast: Cast, client: Client) -> None:
    demonstration_task(cast.project, marks=Marks("pt", ("law",), ("hate",)))
    client.force_login(cast.ada)
    page = client.get("/p/everyday/").content.decode()
    assert "1 open demonstration task waits for a labeler you do not have" in page
    assert "language pt · skills law · content hate" in page
