"""What is not asked any more outlasts a change of something else."""

from dataclasses import replace
from typing import Any

import pytest

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Project, Ranking
from annotation.people.projects import project_update
from annotation.queue.leases import shown_completion_ids
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    ranking_task,
    ranks_form,
    send_draft,
)
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SAID = [JudgmentInput(rank, likert=8 - rank, severity=rank - 1) for rank in (1, 2, 3, 4)]


@pytest.fixture
def ordered(cast: Cast) -> Assignment:
    """Lena's ranking with all that may be said, of a project that asks for none of it any more."""
    ranking_task(cast.project)
    project_update(actor=cast.ada, project=cast.project, severity_asked="each")
    assignment = claimed(cast.lena, cast.project)
    ranking_submit(assignment=assignment, judgments=SAID, strength=2)
    project = Project.objects.get(pk=cast.project.pk)
    rubric = {**project.rubric, "likert": None, "strength": "off"}
    project_update(actor=cast.ada, project=project, rubric=rubric, severity_asked="never")
    return assignment


def stands(assignment: Assignment) -> tuple[list[JudgmentInput], int | None]:
    current = Ranking.objects.get(assignment=assignment, is_current=True)
    held = {each.completion_id: each for each in current.judgments.all()}
    shown = [held[pk] for pk in shown_completion_ids(assignment)]
    return [
        JudgmentInput(each.rank, each.likert, each.flags, each.severity) for each in shown
    ], current.strength


def test_editing_the_note_drops_nothing(cast: Cast, enter: Enter, ordered: Assignment) -> None:
    form = ranks_form([1, 2, 3, 4], note="Only this.", base=1)
    assert enter(cast.lena).post(at("work-edit", ordered), form).status_code == 302
    assert Ranking.objects.get(is_current=True).note == "Only this."
    assert stands(ordered) == (SAID, 2)


def test_nothing_said_is_no_change(cast: Cast, enter: Enter, ordered: Assignment) -> None:
    form = ranks_form([1, 2, 3, 4], base=1)
    assert enter(cast.lena).post(at("work-edit", ordered), form).status_code == 302
    assert Ranking.objects.count() == 1


def test_a_strength_goes_with_the_one_best_answer(
    cast: Cast, enter: Enter, ordered: Assignment
) -> None:
    form = ranks_form([1, 1, 2, 3], base=1)
    assert enter(cast.lena).post(at("work-edit", ordered), form).status_code == 302
    tied = [replace(each, rank=rank) for each, rank in zip(SAID, (1, 1, 2, 3), strict=True)]
    assert stands(ordered) == (tied, None)


DRAFT = {
    "slots": [1, 2, 3, 4],
    "likert": [7, None, 5, None],
    "flags": [["harmful"], ["fails"], ["harmful", "fails"], []],
    "severity": [0, None, None, None],
    "strength": 2,
    "annotations": ["unclear", "ambiguous"],
}


def without(rubric: dict[str, Any], part: str, key: str) -> dict[str, Any]:
    return {**rubric, part: [each for each in rubric[part] if each["key"] != key]}


def test_a_draft_says_what_of_it_is_left_out(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project)
    rubric = {**cast.project.rubric, "strength": "optional"}
    project = project_update(
        actor=cast.ada, project=cast.project, rubric=rubric, severity_asked="each"
    )
    assignment = claimed(cast.lena, project)
    client = enter(cast.lena)
    assert send_draft(client, assignment, {"draft": DRAFT}) == 204
    page = at("work-task", assignment)
    assert "No longer asked" not in client.get(page).content.decode()
    rubric = without(without(rubric, "flags", "harmful"), "annotations", "unclear")
    rubric |= {"likert": None, "strength": "off"}
    project_update(actor=cast.ada, project=project, rubric=rubric, severity_asked="never")
    assert (
        "No longer asked, so left out here: unclear; harmful (A, C); Score (A: 7, C: 5); "
        "Severity (A: 0); How much better the one best answer is than the next."
    ) in client.get(page).content.decode()


def test_a_demonstration_says_it_of_the_prompt(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    draft = {"text": "So.", "annotations": ["unclear", "ambiguous"]}
    assert send_draft(client, assignment, {"draft": draft}) == 204
    rubric = without(cast.project.rubric, "annotations", "unclear")
    project_update(actor=cast.ada, project=cast.project, rubric=rubric)
    page = client.get(at("work-task", assignment)).content.decode()
    assert "No longer asked, so left out here: unclear." in page


def test_a_change_says_which_flags_it_leaves_out(
    cast: Cast, enter: Enter, ordered: Assignment
) -> None:
    project = Project.objects.get(pk=cast.project.pk)
    client = enter(cast.lena)
    form = ranks_form([1, 2, 3, 4], base=1, **{"flags-0": "harmful"})
    assert client.post(at("work-edit", ordered), form).status_code == 302
    rubric = without(project.rubric, "flags", "harmful")
    project_update(actor=cast.ada, project=project, rubric=rubric)
    page = client.get(at("work-edit", ordered)).content.decode()
    assert "No longer asked, so left out here: harmful (A)." in page
