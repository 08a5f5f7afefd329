"""The reviewers' queue: which tasks are in it, why, and in which order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.gold.models import GoldStanding
from annotation.integrity import faults_find
from annotation.models import Assignment, Membership, Ranking, ReviewItem, ReviewWatch
from annotation.queue.leases import assignment_skip
from annotation.review.durations import Timed, outliers
from annotation.review.rules import rules_update
from annotation.review.tasks import reviews_watch_task
from annotation.review.verdicts import verdict_give
from annotation.review.watching import reviews_reconcile
from tests.annotation.review_work import demonstrated, disputed, look, rank, reviewer_join
from tests.annotation.work import claimed, heldout_end, ranked, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]
WHY = ("answered", "disagree", "flagged", "gold", "outlier")


def items():
    return list(ReviewItem.objects.order_by("-priority", "task"))


def why(item):
    return [name for name in WHY if getattr(item, name)]


def settle():
    """Let all that was handed in have been there for a while."""
    Ranking.objects.update(created_at=timezone.now() - timedelta(hours=1))


def test_a_task_is_in_the_queue_once_somebody_has_handed_in(cast):
    ranking_task(cast.project, overlap=2)
    assert look(cast) == 0
    assert items() == []
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    look(cast)
    (item,) = items()
    assert (item.state, item.submissions, item.unreviewed) == ("waiting", 1, 1)
    assert (item.agreement, why(item), item.priority) == (None, [], 0)


def test_who_disagree_come_first(cast):
    ranking_task(cast.project, overlap=2)
    alike = rank(cast.lena, cast.project, [1, 2, 3, 4])
    rank(cast.luis, cast.project, [1, 2, 4, 3])
    disputed(cast)
    look(cast)
    first, second = items()
    # The other way round: no pair alike. One pair of six the other way round: five sixths.
    assert (first.agreement, why(first), first.priority) == (0.0, ["disagree"], 490)
    assert second.task_id == alike.task_id
    assert second.agreement == pytest.approx(5 / 6)
    assert (why(second), second.priority) == ([], 0)
    rules_update(actor=cast.ada, project=cast.project, agreement_below=90)
    look(cast)
    # 400 + 90 / 6
    assert [item.priority for item in items()] == [490, 415]
    assert list(faults_find()) == []


def test_flags_of_harm_ask_for_a_look(cast):
    task = ranking_task(cast.project)
    held = claimed(cast.lena, cast.project)
    said = [JudgmentInput(place, flags=["harmful"] * (place == 1)) for place in (1, 2, 3, 4)]
    ranking_submit(assignment=held, judgments=said)
    look(cast)
    (item,) = items()
    assert (item.task_id, why(item), item.priority) == (task.pk, ["flagged"], 300)
    rules_update(actor=cast.ada, project=cast.project, flags=["sexual"])
    look(cast)
    assert why(items()[0]) == []


def test_a_skip_as_harmful_asks_for_a_look_at_once(cast):
    ranking_task(cast.project, overlap=3)
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    look(cast)
    assignment_skip(assignment=claimed(cast.luis, cast.project), reason="unclear")
    assert why(items()[0]) == []
    heldout_end(cast)
    assignment_skip(assignment=claimed(cast.hana, cast.project), reason="broken")
    assert (why(items()[0]), items()[0].priority) == (["flagged"], 300)
    look(cast)
    assert why(items()[0]) == ["flagged"]


def test_who_fails_gold_is_looked_at(cast):
    disputed(cast)
    look(cast)
    standing = GoldStanding.objects.create(
        membership=Membership.objects.get(user=cast.luis), state="warned"
    )
    GoldStanding.objects.update(changed_at=timezone.now())
    settle()
    look(cast)
    assert why(items()[0]) == ["disagree", "gold"]
    standing.state, standing.changed_at = "fine", timezone.now()
    standing.save()
    look(cast)
    assert why(items()[0]) == ["disagree"]


def test_outliers_are_told_by_the_robust_z():
    # log seconds beside equal lengths: -0.1, 0, 0.1 in turn, so a MAD of about 0.1.
    usual = [Timed(n, n, (90, 100, 110)[n % 3], 1_000) for n in range(30)]
    asked = [Timed(100, 100, 100, 1_000), Timed(101, 101, 3, 1_000), Timed(102, 102, 4_000, 1_000)]
    assert outliers(asked, usual, beyond=3.5) == {101, 102}
    assert outliers(asked, usual[:10], beyond=3.5) == set()
    assert outliers([], usual, beyond=3.5) == set()


def test_what_is_done_in_no_time_is_looked_at(cast):
    for number in range(30):
        ranking_task(cast.project)
        held = rank(cast.lena, cast.project, [1, 2, 3, 4])
        Assignment.objects.filter(pk=held.pk).update(active_seconds=100 + number % 3 * 10)
    Assignment.objects.filter(pk=held.pk).update(active_seconds=2)
    look(cast)
    assert [item.task_id for item in items() if item.outlier] == [held.task_id]
    assert items()[0].priority == 100


def test_a_change_and_a_verdict_move_it(cast):
    rex = reviewer_join(cast)
    _, lenas, luiss = disputed(cast)
    look(cast)
    for each in (lenas, luiss):
        verdict_give(reviewer=rex, assignment=each, revision=1, verdict="accepted")
    assert items()[0].state == "accepted"
    verdict_give(reviewer=rex, assignment=lenas, revision=1, verdict="returned", comment="Sure?")
    assert (items()[0].state, items()[0].unreviewed) == ("returned", 0)
    ranking_revise(
        labeler=cast.lena, assignment=lenas, base=1, judgments=ranked([1, 1, 2, 3]), note="Sure."
    )
    (item,) = items()
    assert (item.state, item.unreviewed, item.answered) == ("waiting", 1, True)
    look(cast)
    assert items()[0].answered


def test_only_the_work_is_reviewed(cast):
    ranking_task(cast.project, purpose="screening")
    Membership.objects.filter(user=cast.lena).update(heldout=True)
    ranking_task(cast.project, purpose="gold")
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    demonstrated_task, _ = demonstrated_by_luis(cast)
    look(cast)
    assert [item.task_id for item in items()] == [demonstrated_task.pk]


def demonstrated_by_luis(cast):
    Membership.objects.filter(user=cast.lena).update(heldout=False)
    return demonstrated(cast)


def test_what_has_settled_is_not_read_again(cast):
    disputed(cast)
    assert look(cast) == 1
    assert look(cast) == 1  # may have been overtaken by one with a smaller id
    settle()
    assert look(cast) == 1
    assert look(cast) == 0
    watch = ReviewWatch.objects.get(project=cast.project)
    assert watch.rankings == Ranking.objects.latest("pk").pk
    rules_update(actor=cast.ada, project=cast.project, agreement_below=10)
    assert look(cast) == 1


def test_a_worker_is_called_for_what_is_new(cast, monkeypatch):
    called = []
    monkeypatch.setattr(
        reviews_watch_task, "delay", lambda *, project_id: called.append(project_id)
    )
    reviews_reconcile()
    assert called == []
    disputed(cast)
    reviews_reconcile()
    reviews_reconcile()  # one is at it
    assert called == [cast.project.pk]
    reviews_watch_task(project_id=cast.project.pk)
    settle()
    reviews_watch_task(project_id=cast.project.pk)
    ReviewWatch.objects.update(beat_at=None)
    reviews_reconcile()
    assert called == [cast.project.pk]


def test_what_the_project_asks_to_review(cast):
    ranking_task(cast.project)
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    disputed(cast)
    look(cast)
    assert not any(item.asked for item in items())
    rules_update(actor=cast.ada, project=cast.project, asked="doubtful")
    look(cast)
    assert [item.asked for item in items()] == [True, False]
    rules_update(actor=cast.ada, project=cast.project, asked="share", share=100)
    look(cast)
    assert [item.asked for item in items()] == [True, True]
    rules_update(actor=cast.ada, project=cast.project, share=0)
    look(cast)
    assert [item.asked for item in items()] == [True, False]
