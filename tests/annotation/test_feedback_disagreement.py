"""Tasks whose labelers disagree are given to one person more."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.integrity import faults_find
from annotation.models import Assignment, Membership, Ranking, Task
from annotation.people.projects import project_update
from annotation.prompts.marks import Marks
from annotation.queue.claims import leases_expire
from tests.annotation.work import claim, claimed, lease_age, ranked, ranking_task
from tests.cast import Cast, member, user

pytestmark = [pytest.mark.django_db, pytest.mark.service]

UP, DOWN = [1, 2, 3, 4], [4, 3, 2, 1]


@pytest.fixture
def asking(cast: Cast) -> Cast:
    """A project of three labelers in which disagreement asks up to three people."""
    member(cast.project, user("Mira"), "labeler")
    project_update(
        actor=cast.ada, project=cast.project, overlap=2, agreement_wanted=60, overlap_most=3
    )
    cast.project.refresh_from_db()
    return cast


def say(cast, person, ranks):
    return hand_in(claimed(person, cast.project), ranks)


def hand_in(lease: Assignment, ranks: list[int]) -> Ranking:
    """`ranks` in the order of the task's slots, whatever this labeler was shown."""
    return ranking_submit(assignment=lease, judgments=ranked([ranks[slot] for slot in lease.order]))


def state_of(task: Task) -> tuple[int, int, int, str]:
    task.refresh_from_db()
    return task.overlap, task.overlap_raised, task.submitted_count, task.state


def mira() -> Membership:
    return Membership.objects.get(user__username="mira")


def test_who_disagree_are_joined_by_one_more(asking):
    task = ranking_task(asking.project)
    say(asking, asking.lena, UP)
    assert state_of(task) == (2, 0, 1, "open")
    say(asking, asking.luis, DOWN)
    assert state_of(task) == (3, 1, 2, "open")
    say(asking, mira().user, DOWN)  # two of three pairs of people still disagree; three is the most
    assert state_of(task) == (3, 1, 3, "done")
    assert list(faults_find()) == []


@pytest.mark.parametrize(
    ("second", "raised"), [(UP, 0), ([1, 2, 4, 3], 0), ([1, 1, 1, 1], 1), ([4, 3, 1, 2], 1)]
)
def test_the_threshold_is_a_share_of_pairs(asking, second, raised):
    task = ranking_task(asking.project)
    say(asking, asking.lena, UP)
    say(asking, asking.luis, second)
    assert state_of(task)[1] == raised


def test_nothing_is_raised_by_default(cast):
    project_update(actor=cast.ada, project=cast.project, overlap=2)
    cast.project.refresh_from_db()
    task = ranking_task(cast.project)
    say(cast, cast.lena, UP)
    say(cast, cast.luis, DOWN)
    assert state_of(task) == (2, 0, 2, "done")


def test_no_answer_acceptable_is_a_tie_of_all(asking):
    task = ranking_task(asking.project)
    for person in (asking.lena, asking.luis):
        nothing = [JudgmentInput(rank=None)] * 4
        ranking_submit(
            assignment=claimed(person, asking.project),
            judgments=nothing,
            outcome=Ranking.Outcome.NONE_ACCEPTABLE,
        )
    assert state_of(task) == (2, 0, 2, "done")


def test_it_is_decided_once_for_a_submission(asking):
    task = ranking_task(asking.project)
    say(asking, asking.lena, UP)
    lease = claimed(asking.luis, asking.project)
    for _ in range(3):
        hand_in(lease, DOWN)
    assert state_of(task) == (3, 1, 2, "open")


def test_a_task_that_nobody_is_left_for_is_not_raised(asking):
    Membership.objects.filter(pk=mira().pk).update(state="suspended")
    Membership.objects.filter(user=asking.hana).update(state="suspended")
    task = ranking_task(asking.project)
    say(asking, asking.lena, UP)
    say(asking, asking.luis, DOWN)
    assert state_of(task) == (2, 0, 2, "done")


def test_a_task_in_a_language_that_nobody_else_has_is_not_raised(asking):
    task = ranking_task(asking.project, marks=Marks("pt"))
    for person in (asking.lena, asking.luis):
        Membership.objects.filter(user=person).update(languages=["pt"])
    say(asking, asking.lena, UP)
    say(asking, asking.luis, DOWN)
    assert state_of(task) == (2, 0, 2, "done")


def test_an_extra_fills_the_new_place(asking):
    task = ranking_task(asking.project)
    late = claimed(asking.lena, asking.project)
    lease_age(late, hours=1)
    leases_expire(now=late.leased_at)
    second, third = claimed(asking.luis, asking.project), claimed(mira().user, asking.project)
    hand_in(second, UP)
    hand_in(late, UP)
    assert Assignment.objects.get(extra=True) == late
    hand_in(third, DOWN)
    assert not Assignment.objects.filter(extra=True).exists()
    assert state_of(task) == (3, 1, 3, "done")
    assert list(faults_find()) == []


def test_a_raise_stays_when_the_projects_overlap_changes(asking):
    task = ranking_task(asking.project)
    say(asking, asking.lena, UP)
    say(asking, asking.luis, DOWN)
    for overlap, expected in ((1, 2), (3, 3), (2, 3), (4, 4)):
        project_update(actor=asking.ada, project=asking.project, overlap=overlap)
        assert state_of(task)[:2] == (expected, 1)
        assert list(faults_find()) == []


def test_an_overlap_of_its_own_is_raised_too(asking):
    task = ranking_task(asking.project, overlap=2)
    say(asking, asking.lena, UP)
    say(asking, asking.luis, DOWN)
    assert state_of(task) == (3, 1, 2, "open")


ACTS = st.tuples(st.integers(0, 3), st.sampled_from([UP, DOWN]), st.integers(0, 4))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, max_size=8))
def test_whatever_is_said_the_promises_hold(asking, acts):
    with transaction.atomic():
        task = ranking_task(asking.project)
        for number, ranks, turn in acts:
            if turn:
                person = (asking.lena, asking.luis, asking.hana, mira().user)[number]
                lease = claim(person, asking.project)
                if lease:
                    hand_in(lease, ranks)
            else:
                project_update(actor=asking.ada, project=asking.project, overlap=1 + number % 3)
            assert list(faults_find()) == []
            overlap, raised, _, _ = state_of(task)
            assert overlap <= 3
            assert raised <= 2
        transaction.set_rollback(True)
