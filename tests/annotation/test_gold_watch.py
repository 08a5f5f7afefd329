"""Grades, and what follows: a warning, a pause that gives back, and an admin's word."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.gold.rules import rules_update
from annotation.gold.watch import member_resume, standing_judge, standings_judge
from annotation.integrity import faults_find
from annotation.models import Assignment, AuditEvent, GoldStanding, Grade, Membership
from annotation.people.rubric import rubric_whole
from annotation.queue.claims import task_claim
from annotation.queue.leases import assignment_heartbeat
from tests.annotation.test_gold_golds import make
from tests.annotation.work import claim, claimed, counts, demonstration_task, ranked

pytestmark = [pytest.mark.django_db, pytest.mark.service]
RIGHT, WRONG = [1, 2, 3, 4], [4, 3, 2, 1]


def answer(cast, gold, ranks, person=None):
    """Rank the next task, which is gold: `ranks` are of its slots."""
    assignment = claimed(person or cast.lena, cast.project)
    assert assignment.task.gold == gold
    said = ranked([ranks[slot] for slot in assignment.order])
    return ranking_submit(assignment=assignment, judgments=said)


def membership(person):
    return Membership.objects.get(user=person, project__slug="everyday")


def standing(person):
    return GoldStanding.objects.get(membership=membership(person))


def flags_of(cast):
    return rubric_whole(cast.project.rubric)["flags"]


def test_a_submission_is_graded_at_once_and_never_trains(cast):
    gold = make(cast, flags=[["hallucination"], [], [], []])
    ranking = answer(cast, gold, [1, 3, 2, 4])
    grade = Grade.objects.get()
    assert (grade.assignment, grade.labeler) == (ranking.assignment, cast.lena)
    assert grade.agreement == pytest.approx(5 / 6)
    assert grade.tau == pytest.approx(4 / 6)
    assert grade.flags_agreement == pytest.approx(1 - 1 / (4 * len(flags_of(cast))))
    assert ranking.trains is False


def test_the_first_submission_is_graded_and_no_revision(cast):
    gold = make(cast)
    first = answer(cast, gold, WRONG)
    said = ranked([RIGHT[slot] for slot in first.assignment.order])
    ranking_revise(labeler=cast.lena, assignment=first.assignment, judgments=said, base=1)
    assert Grade.objects.get().agreement == 0


def test_who_finds_nothing_acceptable_orders_nothing(cast):
    make(cast)
    ranking_submit(
        assignment=claimed(cast.lena, cast.project),
        judgments=[JudgmentInput(None)] * 4,
        outcome="none_acceptable",
    )
    grade = Grade.objects.get()
    assert (grade.agreement, grade.tau) == (0.5, None)


def test_few_grades_warn_nobody(cast):
    for gold in [make(cast) for _ in range(3)]:
        answer(cast, gold, WRONG)
    assert standings_judge() == 1
    assert (standing(cast.lena).state, standing(cast.lena).grades) == ("fine", 3)
    assert standings_judge() == 0


def test_low_agreement_is_warned_of_until_it_is_better(cast):
    rules_update(actor=cast.ada, project=cast.project, window=4, least=2, pause_below=10)
    golds = [make(cast) for _ in range(5)]
    answer(cast, golds[0], RIGHT)
    answer(cast, golds[1], WRONG)
    assert standing_judge(membership_id=membership(cast.lena).pk).state == "warned"
    for gold in golds[2:]:
        answer(cast, gold, RIGHT)
    assert standing_judge(membership_id=membership(cast.lena).pk).state == "fine"  # 3 of the last 4


def test_a_pause_gives_back_what_is_held_and_keeps_the_drafts(cast):
    for gold in [make(cast) for _ in range(4)]:
        answer(cast, gold, WRONG)
    task = demonstration_task(cast.project)
    held = claimed(cast.lena, cast.project)
    Assignment.objects.filter(pk=held.pk).update(draft={"text": "So far."})
    standings_judge()
    assert standing(cast.lena).state == "paused"
    held.refresh_from_db()
    assert (held.state, held.draft, counts(task)) == (
        "released",
        {"text": "So far."},
        (0, 0, "open"),
    )
    with pytest.raises(PermissionDenied, match="paused"):
        task_claim(labeler=cast.lena, project=cast.project)
    assert assignment_heartbeat(assignment=held).state == "released"
    assert claim(cast.luis, cast.project) is not None
    event = AuditEvent.objects.get(verb="member_pause")
    assert (event.actor, event.data["given_back"]) == (None, 1)
    assert list(faults_find()) == []


def test_a_pause_is_judged_after_the_submission(cast, django_capture_on_commit_callbacks):
    for gold in [make(cast) for _ in range(4)]:
        with django_capture_on_commit_callbacks(execute=True):
            answer(cast, gold, WRONG)
    assert membership(cast.lena).paused_at is not None


def test_an_admin_lets_them_go_on(cast):
    for gold in [make(cast) for _ in range(4)]:
        answer(cast, gold, WRONG)
    standings_judge()
    member_resume(actor=cast.ada, membership=membership(cast.lena))
    again = make(cast)
    answer(cast, again, WRONG)
    standings_judge()
    assert (standing(cast.lena).state, standing(cast.lena).grades) == ("fine", 1)
    with pytest.raises(ValidationError, match="not paused"):
        member_resume(actor=cast.ada, membership=membership(cast.lena))


def test_the_careful_are_left_alone(cast):
    for gold in [make(cast) for _ in range(6)]:
        answer(cast, gold, RIGHT)
        answer(cast, gold, [1, 2, 4, 3], person=cast.luis)
    assert standings_judge() == 2
    assert {each.state for each in GoldStanding.objects.all()} == {"fine"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": 11},
        {"least": 0},
        {"window": 201},
        {"warn_below": 101},
        {"pause_below": 70},
        {"colour": 1},
    ],
)
def test_rules_that_make_no_sense_are_refused(cast, wrong):
    with pytest.raises(ValidationError):
        rules_update(actor=cast.ada, project=cast.project, **wrong)
