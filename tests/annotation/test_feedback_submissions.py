"""What a labeler has handed in, read again."""

import pytest

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import demonstration_revise, ranking_revise
from annotation.feedback.submissions import first_line, revisions_of, submissions_of
from annotation.models import Assignment, Prompt
from annotation.queue.leases import assignment_skip, shown_slots
from tests.annotation.work import claimed, demonstration_task, ranked, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def write(cast: Cast, text: str) -> Assignment:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text=text)
    return assignment


def test_submissions_are_ones_own_the_latest_first_with_the_revision_that_counts(
    cast: Cast,
) -> None:
    first, second = write(cast, "First."), write(cast, "Second.")
    ranking_task(cast.project)
    third = claimed(cast.lena, cast.project)
    ranking_submit(assignment=third, judgments=ranked([1, 2, 3, 4]))
    demonstration_revise(labeler=cast.lena, assignment=first, base=1, text="Better.")
    demonstration_task(cast.project)
    assignment_skip(assignment=claimed(cast.lena, cast.project), reason="broken")
    demonstration_task(cast.project)
    claimed(cast.lena, cast.project)  # still open

    rows = list(submissions_of(labeler=cast.lena, project=cast.project))
    assert rows == [third, second, first]
    assert [row.revision for row in rows] == [1, 1, 2]  # type: ignore[attr-defined]
    narrowed = submissions_of(labeler=cast.lena, project=cast.project, kind="ranking")
    assert list(narrowed) == [third]
    assert not submissions_of(labeler=cast.luis, project=cast.project).exists()
    assert not submissions_of(labeler=cast.lena, project=cast.other).exists()


def test_a_rankings_revisions_stand_in_the_order_shown(cast: Cast) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    said = [JudgmentInput(2), JudgmentInput(1, 7, ["fails"]), JudgmentInput(3), JudgmentInput(3)]
    ranking_submit(assignment=assignment, judgments=said)
    ranking_revise(labeler=cast.lena, assignment=assignment, base=1, judgments=ranked([1, 2, 3, 4]))
    first, second = revisions_of(assignment)
    assert [answer.letter for answer in first.answers] == ["A", "B", "C", "D"]
    texts = [slot.completion.text for slot in shown_slots(assignment)]
    assert [answer.text for answer in second.answers] == texts
    assert [answer.rank for answer in first.answers] == [2, 1, 3, 3]
    assert first.answers[1].flags == ["Fails the instruction"]
    assert (first.changes, second.number) == ([], 2)
    assert second.changes == [
        "A: 2 → 1",
        "B: 1 → 2",
        "B: score 7 → –",
        "B: “Fails the instruction” taken away",
        "D: 3 → 4",
    ]


def test_a_demonstrations_revisions_keep_their_texts(cast: Cast) -> None:
    assignment = write(cast, "One.")
    for base, text in enumerate(("One two.", "Two one."), start=1):
        demonstration_revise(labeler=cast.lena, assignment=assignment, base=base, text=text)
    revisions = revisions_of(assignment)
    assert [str(each.said) for each in revisions] == ["One.", "One two.", "Two one."]
    assert [each.changes for each in revisions] == [
        [],
        ["Text: 1 → 2 words"],
        ["Text changed, 2 words as before"],
    ]


def test_a_list_names_a_task_by_the_first_line_of_what_is_asked(cast: Cast) -> None:
    assignment = write(cast, "One.")
    messages = [
        {"role": "user", "content": "Before."},
        {"role": "assistant", "content": "So."},
        {"role": "user", "content": "\n  Then?\nAnd why?"},
    ]
    Prompt.objects.filter(tasks=assignment.task).update(messages=messages)
    assert first_line(submissions_of(labeler=cast.lena, project=cast.project)[0]) == "Then?"
