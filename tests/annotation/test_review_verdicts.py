"""Verdicts: who gives them on what, and what they keep out of training."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from annotation.exchange.exports import export_lines, iter_demonstrations, iter_rankings
from annotation.feedback.revising import demonstration_revise, ranking_revise, revisable
from annotation.integrity import faults_find
from annotation.models import Assignment, AuditEvent, Ranking, Review, ReviewItem
from annotation.people.projects import project_update
from annotation.review.verdicts import verdict_give, verdict_reply
from tests.annotation.review_work import demonstrated, disputed, fresh, look, reviewer_join
from tests.annotation.work import claimed, ranked, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def rex(cast):
    return reviewer_join(cast)


def accept(rex, assignment, revision=1):
    return verdict_give(reviewer=rex, assignment=assignment, revision=revision, verdict="accepted")


def give_back(rex, assignment, revision=1, comment="Look at B once more."):
    return verdict_give(
        reviewer=rex,
        assignment=assignment,
        revision=revision,
        verdict="returned",
        comment=comment,
    )


def trained(cast):
    return {row.ranking_id for row in iter_rankings(project=cast.project)}


def test_nothing_needs_a_review_to_train(cast, rex):
    disputed(cast)
    assert len(trained(cast)) == 2
    assert all("review" not in line for line in export_lines(project=cast.project, form="kwise"))


def test_what_is_accepted_says_so(cast, rex):
    _, lenas, _ = disputed(cast)
    review = accept(rex, lenas)
    assert (review.reviewer, review.revision, review.verdict) == (rex, 1, "accepted")
    assert Ranking.objects.get(assignment=lenas).review == "accepted"
    for form in ("kwise", "rankings"):
        lines = list(export_lines(project=cast.project, form=form))
        assert sorted(line.get("review", "") for line in lines) == ["", "accepted"]
    assert AuditEvent.objects.get(verb="review_accept").actor == rex
    assert list(faults_find()) == []


def test_what_is_returned_trains_no_more_until_it_is_changed(cast, rex):
    _, lenas, luiss = disputed(cast)
    first = Ranking.objects.get(assignment=lenas)
    review = give_back(rex, lenas)
    assert trained(cast) == {Ranking.objects.get(assignment=luiss).pk}
    revised = ranking_revise(
        labeler=cast.lena, assignment=lenas, base=1, judgments=ranked([1, 1, 2, 3])
    )
    review.refresh_from_db()
    first.refresh_from_db()
    assert review.answered_at is not None
    assert (first.review, first.is_current) == ("returned", False)
    assert (revised.review, revised.trains, revised.replaces) == ("", True, first)
    assert revised.pk in trained(cast)
    assert list(faults_find()) == []


def test_who_changes_what_was_returned_needs_no_window(cast, rex):
    project_update(actor=cast.ada, project=cast.project, revise_minutes=5)
    _, lenas, luiss = disputed(cast)
    Assignment.objects.update(ended_at=timezone.now() - timedelta(days=9))
    lenas, luiss = fresh(lenas), fresh(luiss)
    give_back(rex, lenas)
    assert (revisable(lenas), revisable(luiss)) == (True, False)
    change: Any = {"base": 1, "judgments": ranked([1, 1, 1, 2])}
    assert ranking_revise(labeler=cast.lena, assignment=lenas, **change).revision == 2
    assert not revisable(fresh(lenas))
    with pytest.raises(ValidationError, match="is over"):
        ranking_revise(labeler=cast.luis, assignment=luiss, **change)
    with pytest.raises(PermissionDenied):
        ranking_revise(labeler=cast.luis, assignment=lenas, **change)


def test_a_demonstration_goes_the_same_way(cast, rex):
    _, lenas = demonstrated(cast)
    give_back(rex, lenas, comment="Too short.")
    assert list(iter_demonstrations(project=cast.project)) == []
    revised = demonstration_revise(labeler=cast.lena, assignment=lenas, base=1, text="Longer now.")
    accept(rex, lenas, revision=2)
    (row,) = iter_demonstrations(project=cast.project)
    assert (row.demonstration_id, row.completion, row.review) == (
        revised.pk,
        "Longer now.",
        "accepted",
    )
    assert list(faults_find()) == []


def test_a_labeler_may_leave_it_and_say_why(cast, rex):
    _, lenas, _ = disputed(cast)
    look(cast)
    with pytest.raises(ValidationError, match="Nothing of this waits"):
        verdict_reply(labeler=cast.lena, assignment=lenas, reply="I stand by it.")
    give_back(rex, lenas)
    with pytest.raises(ValidationError):
        verdict_reply(labeler=cast.lena, assignment=lenas, reply="  ")
    with pytest.raises(ValidationError, match="Nothing of this waits"):
        verdict_reply(labeler=cast.luis, assignment=lenas, reply="Not mine.")
    review = verdict_reply(labeler=cast.lena, assignment=lenas, reply="B names no source.")
    assert (review.reply, Ranking.objects.get(assignment=lenas).review) == (
        "B names no source.",
        "",
    )
    item = ReviewItem.objects.get()
    assert (item.state, item.answered, item.priority >= 1_000) == ("waiting", True, True)
    accept(rex, lenas)
    item.refresh_from_db()
    assert (item.answered, item.unreviewed) == (False, 1)
    assert list(faults_find()) == []


def test_another_verdict_takes_the_place_of_the_first(cast, rex):
    _, lenas, _ = disputed(cast)
    first = accept(rex, lenas)
    assert accept(rex, lenas) == first
    second = give_back(rex, lenas)
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert Review.objects.get(assignment=lenas, withdrawn_at=None) == second
    assert Ranking.objects.get(assignment=lenas).review == "returned"
    accept(rex, lenas)
    assert not revisable_without_window(cast, lenas)
    assert list(faults_find()) == []


def revisable_without_window(cast, assignment):
    project_update(actor=cast.ada, project=cast.project, revise_minutes=0)
    return revisable(fresh(assignment))


def test_what_is_returned_says_why(cast, rex):
    _, lenas, _ = disputed(cast)
    with pytest.raises(ValidationError, match="comment"):
        give_back(rex, lenas, comment=" ")
    with pytest.raises(ValidationError, match="return it"):
        verdict_give(reviewer=rex, assignment=lenas, revision=1, verdict="burnt")
    assert not Review.objects.exists()


def test_nobody_reviews_their_own(cast):
    _, lenas, luiss = disputed(cast)
    with pytest.raises(ValidationError, match="your own"):
        accept(cast.lena, lenas)
    assert accept(cast.lena, luiss)


def test_a_verdict_is_on_what_was_shown(cast, rex):
    _, lenas, _ = disputed(cast)
    ranking_revise(labeler=cast.lena, assignment=lenas, base=1, judgments=ranked([1, 1, 1, 2]))
    with pytest.raises(ValidationError, match="has changed this"):
        accept(rex, lenas)
    accept(rex, lenas, revision=2)


def test_gold_and_what_is_not_handed_in_have_no_verdict(cast, rex):
    ranking_task(cast.project)
    open_yet = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError, match="not been handed in"):
        accept(rex, open_yet)
    gold = ranking_task(cast.project, purpose="gold")
    Assignment.objects.filter(pk=open_yet.pk).update(task=gold)
    with pytest.raises(ValidationError, match="of the work are reviewed"):
        accept(rex, fresh(open_yet))


def test_a_held_out_labelers_change_never_trains(cast, rex):
    _, lenas, luiss = disputed(cast)
    give_back(rex, lenas)
    cast.project.memberships.filter(user=cast.lena).update(heldout=True)
    revised = ranking_revise(
        labeler=cast.lena, assignment=lenas, base=1, judgments=ranked([1, 1, 2, 3])
    )
    accept(rex, lenas, revision=2)
    assert not Ranking.objects.get(pk=revised.pk).trains
    assert trained(cast) == {Ranking.objects.get(assignment=luiss).pk}
