"""Rankings: what the database holds is what was shown and said."""

from typing import cast as typing_cast

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import (
    dense_ranks,
    ranking_record,
    ranking_submit,
)
from annotation.feedback.signals import feedback_submitted
from annotation.models import Assignment, ImportBatch, Judgment, Membership, Ranking, Task
from annotation.people.projects import project_update
from annotation.queue.leases import shown_slots
from tests.annotation.work import (
    claimed,
    completions_make,
    demonstration_task,
    prompt_make,
    ranked,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]

on_shared_cast = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_dense_ranks_by_hand():
    assert dense_ranks([2, 5, 2]) == [1, 2, 1]
    assert dense_ranks([9, 7, 4, 1]) == [4, 3, 2, 1]
    assert dense_ranks([3, 3, 3]) == [1, 1, 1]
    assert dense_ranks([]) == []


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_dense_ranks_keep_every_comparison(ranks):
    dense = dense_ranks(ranks)
    assert sorted(set(dense)) == list(range(1, len(set(ranks)) + 1))
    for i in range(len(ranks)):
        for j in range(len(ranks)):
            assert (ranks[i] < ranks[j]) == (dense[i] < dense[j])
    assert dense_ranks(dense) == dense


@st.composite
def shown_and_placed(draw):
    """An order of K slots, and for each position shown a rank slot, a grade and flags."""
    k = draw(st.integers(4, 9))
    order = draw(st.permutations(range(k)))
    keys = ["fails", "unfit", "hallucination", "harmful"]
    annotations = draw(st.lists(st.sampled_from(["ambiguous", "identity"]), unique=True))
    judgments = [
        JudgmentInput(
            rank=draw(st.integers(1, k)),
            likert=draw(st.none() | st.integers(1, 7)),
            flags=draw(st.lists(st.sampled_from(keys), unique=True)),
        )
        for _ in range(k)
    ]
    if any("hallucination" in judgment.flags for judgment in judgments):
        annotations.append("closed_domain")
    return list(order), judgments, annotations


@on_shared_cast
@given(shown_and_placed())
def test_the_database_holds_what_was_shown(cast, example):
    """For any order shown and any placement with ties: each *text* has what it was given."""
    order, judgments, annotations = example
    task = ranking_task(cast.project, len(order), priority=Task.objects.count())
    assignment = claimed(cast.lena, cast.project)
    assert assignment.task == task
    Assignment.objects.filter(pk=assignment.pk).update(order=order)
    assignment.refresh_from_db()
    seen = [slot.completion.text for slot in shown_slots(assignment)]
    assert seen == [f"Answer {slot}." for slot in order]

    ranking = ranking_submit(assignment=assignment, judgments=judgments, annotations=annotations)

    assert ranking.annotations == sorted(annotations)
    held = {row.completion.text: row for row in Judgment.objects.filter(ranking=ranking)}
    assert set(held) == set(seen)
    for text, said in zip(seen, judgments, strict=True):
        assert held[text].likert == said.likert
        assert held[text].flags == sorted(said.flags)
        # A dense rank is one more than the number of better levels in use.
        better = {other.rank for other in judgments if other.rank < said.rank}
        assert held[text].rank == 1 + len(better)


def asking(cast, **rubric):
    """The project with these changes of its rubric."""
    rubric = {**cast.project.rubric, **rubric}
    return project_update(actor=cast.ada, project=cast.project, rubric=rubric)


def test_a_submission_names_its_circumstances(cast):
    asking(cast, strength="optional")
    project = project_update(actor=cast.ada, project=cast.project, instructions="Be kind.")
    task = ranking_task(project, 5)
    assignment = claimed(cast.lena, project)
    ranking = ranking_submit(
        assignment=assignment,
        judgments=ranked([1, 2, 2, 5, 4]),
        strength=2,
        note="Close.",
        active_seconds=0,
    )
    assert (ranking.task, ranking.prompt, ranking.labeler) == (task, task.prompt, cast.lena)
    assert (ranking.instructions_version, ranking.rubric_version) == (2, 2)
    assert (ranking.strength, ranking.note, ranking.source) == (2, "Close.", "person")
    assert (ranking.outcome, ranking.trains, ranking.is_current) == ("ranked", True, True)


def test_none_acceptable_has_no_ranks(cast):
    ranking_task(cast.project, 4)
    ranking = ranking_submit(
        assignment=claimed(cast.lena, cast.project),
        judgments=[JudgmentInput(None, likert=1, flags=["fails"])] * 4,
        outcome="none_acceptable",
    )
    rows = list(ranking.judgments.values_list("rank", "likert", "flags"))
    assert rows == [(None, 1, ["fails"])] * 4


def test_submitting_twice_is_submitting_once(cast):
    task = ranking_task(cast.project, 4)
    assignment = claimed(cast.lena, cast.project)
    first = ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
    again = ranking_submit(assignment=assignment, judgments=ranked([4, 3, 2, 1]))
    assert again == first
    assert Ranking.objects.count() == 1
    assert Judgment.objects.count() == 4
    task.refresh_from_db()
    assert (task.submitted_count, task.leased_count) == (1, 0)


@pytest.mark.parametrize(
    ("judgments", "fields", "words"),
    [
        (ranked([1, 2, 3]), {}, "4 answers to judge, not 3"),
        (ranked([1, 2, 3, 4, 5]), {}, "4 answers to judge, not 5"),
        ([*ranked([1, 2, 3]), JudgmentInput(None)], {}, "Answer D has not been ranked"),
        (ranked([1, 2, 3, 0]), {}, "Answer D: a rank"),
        (ranked([1, 2, 3, 5]), {}, "Answer D: a rank is a whole number from 1 to 4"),
        (ranked([1, 2, 3, 4]), {"aim": "bogus"}, "Unknown aim: bogus"),
        (ranked([1, 2, 3, True]), {}, "Answer D: a rank"),
        ([*ranked([1, 2, 3]), JudgmentInput(typing_cast(int, 2.5))], {}, "Answer D: a rank"),
        (ranked([1, 2, 3, 4]), {"outcome": "none_acceptable"}, "has a rank"),
        (ranked([1, 2, 3, 4]), {"outcome": "fine"}, "Unknown outcome"),
        (ranked([1, 2, 3, 4]), {"strength": 4}, "between 0 and 3"),
        (ranked([1, 2, 3, 4]), {"note": "\0"}, "cannot be stored"),
        ([JudgmentInput(1, likert=8)] * 4, {}, "between 1 and 7"),
        ([JudgmentInput(1, flags=["ugly"])] * 4, {}, "no flag ugly"),
        (
            [JudgmentInput(None)] * 4,
            {"outcome": "none_acceptable", "strength": 1},
            "has a strength",
        ),
        (ranked([1, 1, 3, 4]), {"strength": 1}, "Several answers are best"),
        (ranked([1, 2, 3, 4]), {"annotations": ["odd"]}, "no annotation odd"),
        (
            [*ranked([1, 2, 3]), JudgmentInput(4, flags=["satisfies"])],
            {"annotations": ["closed_domain"]},
            "Answer D: “Satisfies the constraint” applies only to a prompt that is marked "
            "“Explicit safety constraints” or “Other explicit constraints”",
        ),
    ],
)
def test_bad_input_changes_nothing(cast, judgments, fields, words):
    task = ranking_task(cast.project, 4)
    assignment = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError, match=words):
        ranking_submit(assignment=assignment, judgments=judgments, **fields)
    assert not Ranking.objects.exists()
    task.refresh_from_db()
    assignment.refresh_from_db()
    assert (task.submitted_count, task.leased_count, assignment.state) == (0, 1, "leased")


def test_without_a_scale_there_are_no_grades(cast):
    project = project_update(
        actor=cast.ada, project=cast.project, rubric={"likert": None, "flags": []}
    )
    ranking_task(project, 4)
    assignment = claimed(cast.lena, project)
    with pytest.raises(ValidationError, match="no grades"):
        ranking_submit(assignment=assignment, judgments=[JudgmentInput(1, likert=4)] * 4)
    assert ranking_submit(assignment=assignment, judgments=ranked([1, 1, 1, 1]))


@pytest.mark.parametrize(
    ("asked", "ranks", "strength", "words"),
    [
        ("off", [1, 2, 2, 3], 2, None),
        ("required", [1, 2, 2, 3], None, "Say how much better"),
        ("required", [1, 1, 2, 3], None, None),  # no one answer is the best
        ("required", [2, 2, 2, 2], None, None),
        ("optional", [1, 2, 2, 3], None, None),
        ("required", [2, 3, 3, 4], 0, None),
        ("optional", [1, 2, 2, 3], 3, None),
        ("optional", [1, 1, 2, 3], 3, "Several answers are best"),
        ("required", [2, 2, 2, 2], 0, "Several answers are best"),
    ],
)
def test_the_strength_is_of_one_best_answer(cast, asked, ranks, strength, words):
    project = asking(cast, strength=asked)
    ranking_task(project, 4)
    assignment = claimed(cast.lena, project)
    if words:
        with pytest.raises(ValidationError, match=words):
            ranking_submit(assignment=assignment, judgments=ranked(ranks), strength=strength)
    else:
        ranking = ranking_submit(assignment=assignment, judgments=ranked(ranks), strength=strength)
        assert ranking.strength == strength


@pytest.mark.parametrize("outcome", ["ranked", "none_acceptable"])
def test_a_required_grade_is_given_to_each_answer(cast, outcome):
    project = asking(cast, likert={"worst": "bad", "best": "good", "required": True})
    ranking_task(project, 4)
    assignment = claimed(cast.lena, project)
    ranks = [1, 2, 3, 4] if outcome == "ranked" else [None] * 4
    judgments = [JudgmentInput(rank, likert=5) for rank in ranks]
    with pytest.raises(ValidationError, match="Answer C has no grade"):
        ranking_submit(
            assignment=assignment,
            judgments=[*judgments[:2], JudgmentInput(ranks[2]), judgments[3]],
            outcome=outcome,
        )
    assert ranking_submit(assignment=assignment, judgments=judgments, outcome=outcome)


def test_a_demonstration_task_takes_no_ranking(cast):
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError, match="does not ask"):
        ranking_submit(assignment=assignment, judgments=[])


def test_a_suspended_labelers_last_work_is_kept_but_does_not_train(cast):
    ranking_task(cast.project, 4)
    assignment = claimed(cast.lena, cast.project)
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    said = ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
    assert said.trains is False


def test_listeners_hear_after_the_commit(cast, django_capture_on_commit_callbacks):
    heard = []

    def listener(sender, project_id, kind, **_):
        heard.append((project_id, kind))
        raise RuntimeError("a listener's failure is not the labeler's")

    feedback_submitted.connect(listener)
    try:
        ranking_task(cast.project, 4)
        with django_capture_on_commit_callbacks(execute=True):
            assignment = claimed(cast.lena, cast.project)
            ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            ranking_submit(assignment=assignment, judgments=ranked([1, 2, 3, 4]))
    finally:
        feedback_submitted.disconnect(listener)
    assert heard == [(cast.project.pk, "ranking")]


def test_ranking_record_takes_pairs_and_closes_gaps(cast):
    batch = ImportBatch.objects.create(project=cast.project, filename="f", state="staging")
    prompt = prompt_make(cast.project)
    answers = completions_make(prompt, 3)
    fields = {"project": cast.project, "prompt": prompt, "completions": answers}
    ranking = ranking_record(**fields, ranks=[7, 2, 7], source="import", batch=batch, line=4)
    held = ranking.judgments.order_by("completion_id").values_list("completion_id", "rank")
    assert list(held) == list(zip([a.pk for a in answers], [2, 1, 2], strict=True))
    again = ranking_record(**fields, ranks=[1, 2, 3], source="import", batch=batch, line=4)
    assert again == ranking
    assert not Ranking.objects.visible().exists()


def test_ranking_record_refuses(cast):
    prompt, other = prompt_make(cast.project), prompt_make(cast.project)
    a, b = completions_make(prompt, 2)
    (c,) = completions_make(other, 1)
    for completions, ranks, words in (
        ([a], [1], "at least two"),
        ([a, b], [1], "but 1 ranks"),
        ([a, a], [1, 2], "twice"),
        ([a, c], [1, 2], "another prompt"),
        ([a, b], [1, None], "not been ranked"),
        ([a, b], [1, -1], "a rank"),
    ):
        with pytest.raises(ValidationError, match=words):
            ranking_record(
                project=cast.project,
                prompt=prompt,
                completions=completions,
                ranks=typing_cast(list[int], ranks),
                source="import",
            )
    assert not Ranking.objects.exists()


@pytest.mark.parametrize("bad", [{"rank": 0}, {"likert": 0}, {"likert": 8}])
def test_the_database_guards_judgments(cast, bad):
    prompt = prompt_make(cast.project)
    ranking = ranking_record(
        project=cast.project,
        prompt=prompt,
        completions=completions_make(prompt, 2),
        ranks=[1, 2],
        source="import",
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ranking.judgments.update(**bad)
