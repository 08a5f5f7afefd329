"""Each promise of reviews is kept by what they do, and broken by a row that was changed by hand."""

import pytest

from annotation.integrity import faults_find
from annotation.models import Ranking, Review, ReviewItem, Task
from tests.annotation.review_work import reviews_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def reviews(cast):
    made = reviews_make(cast)
    assert list(faults_find()) == []
    return made


def test_a_verdict_is_about_a_revision(reviews):
    Review.objects.filter(verdict="returned", answered_at=None).update(revision=7)
    found = list(faults_find())
    assert [fault for fault in found if "which has none" in fault]


@pytest.mark.parametrize("mark", ["", "accepted"])
def test_a_returned_ranking_says_so(reviews, mark):
    Ranking.objects.filter(review="returned").update(review=mark)
    assert any("its verdicts do not say" in fault for fault in faults_find())


def test_a_decided_task_has_its_word(reviews):
    Task.objects.filter(decided_at__isnull=False).update(decided_at=None)
    assert any("says that it is decided" in fault for fault in faults_find())


def test_a_word_overrules_all_others(reviews):
    overruled = Ranking.objects.filter(review="overruled")
    overruled.filter(pk=overruled.values_list("pk", flat=True)[0]).update(review="")
    (fault,) = [each for each in faults_find() if "the decision of task" in each]
    assert "marked “”" in fault


def test_the_queue_counts_what_has_no_verdict(reviews):
    ReviewItem.objects.filter(task=reviews.tasks["disputed"]).update(unreviewed=1)
    (fault,) = faults_find()
    assert "with 1 to review, but it is waiting with 3" in fault
