"""A report is asked for, computed by one worker, and stored; whatever dies meanwhile."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from annotation.beating import Claim, ClaimLostError
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, AuditEvent, Membership, QualityReport, Ranking, User
from annotation.quality import asking, computing
from annotation.quality.asking import (
    quality_reconcile,
    report_ask,
    report_of,
    reports_check,
    thresholds_of,
    thresholds_update,
)
from annotation.quality.claims import report_claim
from annotation.quality.computing import report_compute
from annotation.quality.reading import rankings_read
from annotation.quality.thresholds import Thresholds
from tests.annotation.crowd import CAREFUL
from tests.annotation.quality_work import crowd_enrol, crowd_work, lines_made, report_made
from tests.annotation.work import claimed, heldout_end, ranked, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

State = QualityReport.State


@pytest.fixture
def called(monkeypatch):
    """The projects that a worker is called for."""
    calls: list[int] = []
    monkeypatch.setattr(asking, "report_call", calls.append)
    return calls


def hand_in(cast: Cast, person: User, ranks: list[int]) -> Ranking:
    """`ranks` by slot, whatever was shown first."""
    lease = claimed(person, cast.project)
    judgments = ranked([ranks[slot] for slot in lease.order])
    return ranking_submit(assignment=lease, judgments=judgments)


def taken(cast: Cast) -> Claim[QualityReport]:
    claim = report_claim(project_id=cast.project.pk)
    assert claim is not None
    return claim


@pytest.fixture
def two_said(cast):
    """Lena and Luis ranked the same two tasks: all alike, then all the other way round."""
    cast.project.overlap = 2
    cast.project.save()
    for second in ([1, 2, 3, 4], [4, 3, 2, 1]):
        ranking_task(cast.project)
        for person, ranks in ((cast.lena, [1, 2, 3, 4]), (cast.luis, second)):
            hand_in(cast, person, ranks)
    return cast


def test_it_is_asked_for_computed_and_stored(two_said, called, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        report = report_ask(project=two_said.project)
    assert (report.state, called) == (State.QUEUED, [two_said.project.pk])
    report_compute(project_id=two_said.project.pk)
    report.refresh_from_db()
    assert report.state == State.IDLE
    assert report.through == Ranking.objects.latest("pk").pk
    assert report.computed_at is not None
    assert report.seconds is not None
    row = report.figures["agreement"]["training"]
    assert (row["ordered"], row["alike"], row["rate"]) == (12, 6, 0.5)


def test_asking_twice_is_asking_once(two_said, called, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        report_ask(project=two_said.project)
        report_ask(project=two_said.project)
    assert called == [two_said.project.pk]


def test_a_message_that_nobody_asked_for_changes_nothing(two_said):
    report_compute(project_id=two_said.project.pk)
    assert not QualityReport.objects.exists()
    report = report_made(two_said.project)
    report_compute(project_id=two_said.project.pk)
    assert QualityReport.objects.get().attempt == report.attempt == 1


def test_beat_asks_where_labelers_handed_in_more(two_said, called, settings):
    reports_check()
    state = {each.project_id: each.state for each in QualityReport.objects.all()}
    assert state == {two_said.project.pk: State.QUEUED, two_said.other.pk: State.IDLE}
    report_compute(project_id=two_said.project.pk)
    settings.QUALITY_EVERY = 0
    reports_check()
    assert report_of(two_said.project).state == State.IDLE  # there is nothing new
    ranking_task(two_said.project)
    hand_in(two_said, two_said.lena, [1, 2, 3, 4])
    settings.QUALITY_EVERY = 600
    reports_check()
    assert report_of(two_said.project).state == State.IDLE  # it was looked at just now
    settings.QUALITY_EVERY = 0
    reports_check()
    assert report_of(two_said.project).state == State.QUEUED


def test_the_reconcile_calls_for_one_at_a_time(two_said, called):
    report_ask(project=two_said.project)
    report_ask(project=two_said.other)
    quality_reconcile()
    assert called == [two_said.project.pk]
    taken(two_said)
    quality_reconcile()
    assert called == [two_said.project.pk]
    assert report_claim(project_id=two_said.other.pk) is None  # one of all projects at a time
    QualityReport.objects.filter(project=two_said.project).update(
        heartbeat_at=timezone.now() - timedelta(hours=1)
    )
    quality_reconcile()
    assert called == [two_said.project.pk] * 2


def test_who_was_taken_for_dead_can_write_nothing(two_said):
    report_ask(project=two_said.project)
    late = taken(two_said)
    assert report_claim(project_id=two_said.project.pk) is None
    QualityReport.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    report_compute(project_id=two_said.project.pk)
    with pytest.raises(ClaimLostError):
        late.beat(figures={"wrong": True})
    report = QualityReport.objects.get()
    assert (report.state, report.attempt, report.lost) == (State.IDLE, 2, 0)
    assert "wrong" not in report.figures


def test_the_third_worker_lost_ends_it(two_said):
    report_ask(project=two_said.project)
    for _ in range(3):
        taken(two_said)
        QualityReport.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert report_claim(project_id=two_said.project.pk) is None
    report = QualityReport.objects.get()
    assert report.state == State.FAILED
    assert "Three workers died" in report.error
    assert report_made(two_said.project).error == ""  # asking again tries again


def test_a_bug_fails_it_and_leaves_the_figures(two_said, monkeypatch):
    before = report_made(two_said.project).figures
    report_ask(project=two_said.project)

    def broken(*_args):
        raise ZeroDivisionError("of nothing")

    monkeypatch.setattr(computing, "quality_report", broken)
    with pytest.raises(ZeroDivisionError):
        report_compute(project_id=two_said.project.pk)
    report = QualityReport.objects.get()
    assert (report.state, report.error) == (State.FAILED, "ZeroDivisionError: of nothing")
    assert report.figures == before


def test_a_worker_beats_while_it_reads_and_computes(two_said, settings):
    settings.HEARTBEAT_EVERY = 0
    report_ask(project=two_said.project)
    claim = taken(two_said)
    long_ago = timezone.now() - timedelta(seconds=15)
    QualityReport.objects.update(heartbeat_at=long_ago)
    claim.row.refresh_from_db()
    computing.report_store(claim)
    assert not QualityReport.objects.filter(heartbeat_at__lte=long_ago).exists()


def test_the_database_knows_no_other_state(cast):
    report = report_of(cast.project)
    with pytest.raises(IntegrityError):
        QualityReport.objects.filter(pk=report.pk).update(state="resting")


def test_thresholds_are_the_projects_own(two_said, called):
    assert thresholds_of(two_said.project) == Thresholds()
    own = Thresholds(careless_gap=0.25, least_rankings=5)
    thresholds_update(actor=two_said.ada, project=two_said.project, thresholds=own)
    assert thresholds_of(two_said.project) == own
    assert thresholds_of(two_said.other) == Thresholds()
    assert report_of(two_said.project).state == State.QUEUED
    event = AuditEvent.objects.get(verb="quality_thresholds_changed")
    assert event.actor == two_said.ada


@pytest.mark.parametrize("wrong", [{"careless_gap": 0.0}, {"position_tau": 1.2}, {"bias_z": 0.5}])
def test_thresholds_that_make_no_sense_are_refused(cast, wrong):
    with pytest.raises(ValidationError):
        thresholds_update(actor=cast.ada, project=cast.project, thresholds=Thresholds(**wrong))
    assert thresholds_of(cast.project) == Thresholds()


def test_what_is_read_is_what_was_said(cast):
    heldout_end(cast)
    task = ranking_task(cast.project, overlap=2)
    flag = cast.project.rubric["flags"][1]["key"]
    lease = claimed(cast.lena, cast.project)
    judgments = [
        JudgmentInput([2, 1, 3, 1][slot], likert=4 + place, flags=[] if place else [flag])
        for place, slot in enumerate(lease.order)
    ]
    ranking = ranking_submit(assignment=lease, judgments=judgments)
    Assignment.objects.filter(pk=lease.pk).update(active_seconds=42)
    columns = rankings_read(cast.project, through=ranking.pk)
    assert columns.ranking.tolist() == [ranking.pk]
    assert columns.task.tolist() == [task.pk]
    assert columns.labelers == (cast.lena.pk,)
    assert columns.ranks.tolist() == [[2, 1, 3, 1]]
    places = [lease.order.index(slot) for slot in range(4)]
    assert columns.shown.tolist() == [places]
    assert columns.likert.tolist() == [[4 + place for place in places]]
    assert columns.lengths.tolist() == [[9, 9, 9, 9]]  # "Answer 0."
    prompt = task.messages[0]["content"]
    assert columns.reading.tolist() == [36 + len(prompt)]
    assert columns.seconds.tolist() == [42]
    flagged = columns.flags[columns.flag_keys.index(flag)]
    assert flagged.tolist() == [[place == 0 for place in places]]
    assert columns.weeks == (timezone.localtime(ranking.created_at).strftime("%G-W%V"),)


def test_only_work_is_read_and_only_its_last_word(two_said):
    whole = rankings_read(two_said.project, through=10**9)
    assert len(whole.task) == 4
    first = Ranking.objects.earliest("pk")
    assert len(rankings_read(two_said.project, through=first.pk).task) == 1
    Ranking.objects.filter(pk=first.pk).update(is_current=False)
    assert len(rankings_read(two_said.project, through=10**9).task) == 3
    two_said.project.tasks.update(purpose="screening")
    assert len(rankings_read(two_said.project, through=10**9).task) == 0


def test_none_acceptable_is_read_as_such(cast):
    ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    ranking_submit(assignment=lease, judgments=[JudgmentInput(None)] * 4, outcome="none_acceptable")
    columns = rankings_read(cast.project, through=10**9)
    assert columns.acceptable.tolist() == [False]
    assert columns.ranks.tolist() == [[0, 0, 0, 0]]


def test_who_is_held_out_is_read_from_the_members(two_said):
    Membership.objects.filter(user=two_said.luis).update(heldout=True)
    columns = rankings_read(two_said.project, through=10**9)
    assert dict(zip(columns.labelers, columns.heldout.tolist(), strict=True)) == {
        two_said.lena.pk: False,
        two_said.luis.pk: True,
    }


def test_reading_takes_as_many_queries_for_many_rankings(cast, django_assert_max_num_queries):
    cast.project.overlap = 3
    cast.project.save()
    users = crowd_enrol(cast.project, CAREFUL)
    crowd_work(cast.project, CAREFUL, users, lines_made(30, np.random.default_rng(0)))
    with django_assert_max_num_queries(8):
        columns = rankings_read(cast.project, through=10**9)
    assert len(columns.task) == 90
    assert columns.present.all()
    assert (np.sort(columns.shown, axis=1) == np.arange(6)).all()
