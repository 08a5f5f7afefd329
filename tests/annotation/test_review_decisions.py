"""Adjudication: a reviewer's own word trains in the place of the labelers', until it is undone."""

import pytest
from django.core.exceptions import ValidationError

from annotation.exchange.exports import iter_demonstrations, iter_rankings
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.disagreement import task_agreement
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.gold.reading import gold_proposed
from annotation.integrity import faults_find
from annotation.models import (
    AuditEvent,
    Decision,
    Demonstration,
    Membership,
    MembershipRole,
    Ranking,
    ReviewItem,
    Task,
    TaskCompletion,
)
from annotation.people.projects import project_update
from annotation.review.decisions import decision_undo, demonstration_decide, ranking_decide
from annotation.review.verdicts import verdict_give
from tests.annotation.review_work import (
    demonstrated,
    disputed,
    fresh,
    look,
    rank,
    reviewer_join,
    write,
)
from tests.annotation.work import claimed, counts, demonstration_task, ranked, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def rex(cast):
    return reviewer_join(cast)


def decide(rex, task, ranks=(2, 1, 1, 3)):
    return ranking_decide(reviewer=rex, task=task, judgments=ranked(ranks))


def trained(cast):
    return [row.ranking_id for row in iter_rankings(project=cast.project)]


def test_the_reviewers_ranking_trains_and_no_other(cast, rex):
    task, _, _ = disputed(cast)
    before = trained(cast)
    decision = decide(rex, task, ranks=(2, 3, 3, 4))
    (row,) = iter_rankings(project=cast.project)
    assert (row.ranking_id, row.review) == (decision.ranking.pk, "decided")
    slots = TaskCompletion.objects.filter(task=task).order_by("slot")
    ranks = dict(zip(row.completion_ids, row.ranks, strict=True))
    assert [ranks[slot.completion_id] for slot in slots] == [1, 2, 2, 3]
    word = decision.ranking
    assert (word.source, word.labeler, word.assignment) == ("review", rex, None)
    assert set(Ranking.objects.filter(pk__in=before).values_list("review", flat=True)) == {
        "overruled"
    }
    task.refresh_from_db()
    assert (task.decided_at is not None, task.state) == (True, "done")
    assert AuditEvent.objects.get(verb="review_decide").actor == rex
    assert list(faults_find()) == []


def test_what_labelers_said_stays_for_agreement(cast, rex):
    task, _, _ = disputed(cast)
    before = task_agreement(task)
    decide(rex, task)
    assert task_agreement(task) == before
    assert gold_proposed(task).ranks == [2, 1, 1, 3]
    assert gold_proposed(task).people == 1


def test_it_can_be_undone(cast, rex):
    task, lenas, luiss = disputed(cast)
    verdict_give(reviewer=rex, assignment=lenas, revision=1, verdict="accepted")
    verdict_give(
        reviewer=rex, assignment=luiss, revision=1, verdict="returned", comment="Upside down?"
    )
    before = trained(cast)
    decision = decide(rex, task)
    decision_undo(actor=cast.ada, task=task)
    assert trained(cast) == before
    decision.refresh_from_db()
    assert decision.undone_by == cast.ada
    assert not Ranking.objects.get(pk=decision.ranking_id).is_current
    said = {row.labeler: row.review for row in Ranking.objects.filter(is_current=True)}
    assert said == {cast.lena: "accepted", cast.luis: "returned"}
    with pytest.raises(ValidationError, match="not decided"):
        decision_undo(actor=cast.ada, task=task)
    again = decide(rex, task, ranks=(1, 1, 1, 2))
    assert trained(cast) == [again.ranking_id]
    assert Decision.objects.filter(task=task).count() == 2
    assert list(faults_find()) == []


def test_it_is_decided_once(cast, rex):
    task, lenas, _ = disputed(cast)
    decide(rex, task)
    with pytest.raises(ValidationError, match="already"):
        decide(cast.ada, task)
    with pytest.raises(ValidationError, match="Undo that first"):
        verdict_give(
            reviewer=rex,
            assignment=lenas,
            revision=1,
            verdict="accepted",
        )


def test_who_labeled_the_task_does_not_decide_it(cast):
    task, _, _ = disputed(cast)
    MembershipRole.objects.create(
        membership=Membership.objects.get(user=cast.lena), role="reviewer"
    )
    with pytest.raises(ValidationError, match="worked on this task yourself"):
        decide(cast.lena, task)
    assert not Decision.objects.exists()


def test_a_held_out_reviewers_word_decides_evaluations_only(cast):
    rex = reviewer_join(cast, heldout=True)
    task, _, _ = disputed(cast)
    with pytest.raises(ValidationError, match="held out"):
        decide(rex, task)
    assert len(trained(cast)) == 2
    for_tests = ranking_task(cast.project, purpose="evaluation")
    rank(cast.hana, cast.project, [1, 2, 3, 4])
    decision = decide(rex, for_tests)
    assert not decision.ranking.trains
    assert len(trained(cast)) == 2


def test_an_open_task_asks_nobody_more_and_is_open_again_when_it_is_undone(cast, rex):
    task = ranking_task(cast.project, overlap=3)
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    luiss = claimed(cast.luis, cast.project)
    decide(rex, task)
    assert counts(task) == (1, 1, "closed")
    late = ranking_submit(assignment=luiss, judgments=ranked([1, 2, 3, 4]))
    assert (late.review, fresh(luiss).extra) == ("overruled", True)
    assert len(trained(cast)) == 1
    project_update(actor=cast.ada, project=cast.project, overlap=4)
    assert counts(task) == (1, 0, "closed")
    decision_undo(actor=rex, task=task)
    assert counts(task) == (2, 0, "open")
    assert len(trained(cast)) == 2
    assert list(faults_find()) == []


def test_a_larger_overlap_reopens_nothing_that_is_decided(cast, rex):
    task = ranking_task(cast.project)
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    decide(rex, task)
    project_update(actor=cast.ada, project=cast.project, overlap=3)
    assert counts(task) == (1, 0, "done")


def test_a_decided_submission_is_not_changed_any_more(cast, rex):
    task, lenas, _ = disputed(cast)
    decide(rex, task)
    with pytest.raises(ValidationError, match="is over"):
        ranking_revise(
            labeler=cast.lena,
            assignment=fresh(lenas),
            base=1,
            judgments=ranked([1, 1, 2, 3]),
        )


def test_none_acceptable_can_be_the_word(cast, rex):
    task, _, _ = disputed(cast)
    ranking_decide(
        reviewer=rex, task=task, judgments=[JudgmentInput(None)] * 4, outcome="none_acceptable"
    )
    assert trained(cast) == []
    assert list(faults_find()) == []


def test_what_does_not_fit_is_refused_whole(cast, rex):
    task, _, _ = disputed(cast)
    with pytest.raises(ValidationError, match="4 answers"):
        decide(rex, task, ranks=(1, 2, 3))
    with pytest.raises(ValidationError, match="not decided so"):
        demonstration_decide(reviewer=rex, task=task, text="A text.")
    nobodys = ranking_task(cast.project)
    with pytest.raises(ValidationError, match="Nobody has handed in"):
        decide(rex, nobodys)
    assert not Decision.objects.exists()
    assert Ranking.objects.filter(review="overruled").count() == 0


def test_a_demonstration_is_decided_too(cast, rex):
    task, _ = demonstrated(cast)
    demonstration_decide(reviewer=rex, task=task, text="As Rex has it.")
    (row,) = iter_demonstrations(project=cast.project)
    assert (row.completion, row.review) == ("As Rex has it.", "decided")
    decision_undo(actor=rex, task=task)
    (row,) = iter_demonstrations(project=cast.project)
    assert (row.completion, row.review) == ("As Lena says.", "")
    assert list(faults_find()) == []


def test_a_held_out_labelers_words_train_under_no_name(cast, rex):
    task = demonstration_task(cast.project, overlap=2)
    held = claimed(cast.lena, cast.project)
    Membership.objects.filter(user=cast.lena).update(heldout=True)
    demonstration_submit(assignment=held, text="Never to be trained on.")
    write(cast.luis, cast.project, "As Luis says.")
    with pytest.raises(ValidationError, match="held out"):
        demonstration_decide(reviewer=rex, task=task, text="Never to be trained on.")
    demonstration_decide(reviewer=rex, task=task, text="As Luis says.")
    assert not Demonstration.objects.get(assignment=held).trains


def test_the_queue_knows(cast, rex):
    task, _, _ = disputed(cast)
    look(cast)
    decide(rex, task)
    assert ReviewItem.objects.get().state == "decided"
    decision_undo(actor=rex, task=task)
    assert ReviewItem.objects.get().state == "waiting"
    assert Task.objects.get().decided_at is None
