"""Gold that was used says nothing; each fault made by hand is told."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from annotation.gold.watch import standing_judge
from annotation.integrity import faults_find
from annotation.models import Gold, GoldStanding, Grade, Judgment, Membership, Ranking, Task
from tests.annotation.test_gold_golds import make
from tests.annotation.test_gold_watch import RIGHT, WRONG, answer, membership
from tests.annotation.work import heldout_end
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def graded(cast: Cast) -> Cast:
    heldout_end(cast)
    for ranks in (RIGHT, [1, 3, 2, 4]):
        answer(cast, make(cast), ranks)
    assert list(faults_find()) == []
    return cast


def pause(cast: Cast) -> None:
    GoldStanding.objects.create(membership=membership(cast.lena), state="paused")


FAULTS: dict[str, tuple[Callable[[Cast], object], str]] = {
    "ranks with a gap": (
        lambda _: Gold.objects.filter(pk=Gold.objects.latest("pk").pk).update(ranks=[1, 2, 2, 5]),
        "Gold {gold} does not fit task",
    ),
    "another purpose": (
        lambda _: Task.objects.update(purpose="train", overlap=1),
        "Gold {gold} does not fit task",
    ),
    "another labeler's": (
        lambda cast: Grade.objects.update(labeler=cast.luis),
        "Grade {grade} does not fit assignment",
    ),
    "another agreement": (
        lambda _: Judgment.objects.filter(ranking=Ranking.objects.latest("pk")).update(rank=1),
        "Grade {grade} says 0.83",
    ),
    "a ranking that trains": (
        lambda _: Ranking.objects.update(trains=True),
        "Ranking {ranking} trains, and its task is for gold.",
    ),
    "paused for nothing": (
        lambda cast: Membership.objects.filter(user=cast.lena).update(paused_at=timezone.now()),
        "Member {member} is paused, against gold.",
    ),
    "not paused": (pause, "Member {member} is not paused, against gold."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told(graded: Cast, name: str) -> None:
    spoil, words = FAULTS[name]
    spoil(graded)
    expected = words.format(
        gold=Gold.objects.latest("pk").pk,
        grade=Grade.objects.latest("pk").pk,
        ranking=Ranking.objects.latest("pk").pk,
        member=membership(graded.lena).pk,
    )
    told = list(faults_find())
    assert any(fault.startswith(expected) for fault in told), told


def test_a_real_pause_is_none(cast: Cast) -> None:
    heldout_end(cast)
    for _ in range(4):
        answer(cast, make(cast), WRONG)
    assert standing_judge(membership_id=membership(cast.lena).pk).state == "paused"
    assert list(faults_find()) == []
