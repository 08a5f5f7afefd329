"""What was done, what is left, who is idle and what it costs: counted by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, AuditEvent, Grade, Rates, Task, User
from annotation.progress.done import days_begin
from annotation.progress.own_figures import own_of
from annotation.progress.project_figures import DAYS, progress_of
from annotation.progress.rates import rates_update
from annotation.queue.tasks import task_create
from annotation.writing.content import WritingInput
from annotation.writing.writing import writing_create
from tests.annotation.work import (
    claimed,
    demonstration_task,
    heldout_end,
    prompt_make,
    ranked,
    ranking_task,
)
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def hand_in(cast: Cast, person: User, *, days_ago: int = 0, seconds: int = 60) -> Assignment:
    """A ranking or a demonstration, whatever comes, as if so many days ago."""
    lease = claimed(person, cast.project)
    if lease.task.kind == Task.Kind.RANKING:
        ranking_submit(assignment=lease, judgments=ranked([1, 2, 3, 4]))
    else:
        demonstration_submit(assignment=lease, text="So.")
    at = timezone.now() - timedelta(days=days_ago)
    Assignment.objects.filter(pk=lease.pk).update(ended_at=at, active_seconds=seconds)
    return lease


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Lena ranked today and ten days ago, and wrote a prompt today; Luis demonstrated long ago.
    A ranking task waits for both of its labelers."""
    heldout_end(cast)
    for _ in range(2):
        ranking_task(cast.project)
    hand_in(cast, cast.lena, seconds=90)
    hand_in(cast, cast.lena, days_ago=10, seconds=30)
    demonstration_task(cast.project)
    hand_in(cast, cast.luis, days_ago=70, seconds=600)
    Task.objects.update(created_at=timezone.now() - timedelta(days=80))
    cast.project.prompts_wanted = 5
    cast.project.save()
    said = WritingInput(kind="plain", use_case="chat", text="A prompt?")
    writing_create(labeler=cast.lena, project=cast.project, said=said, active_seconds=45)
    ranking_task(cast.project, overlap=2)
    return cast


def test_days_hold_what_was_handed_in_on_them(busy: Cast) -> None:
    found = progress_of(busy.project)
    days = {row.day: (row.done, row.seconds) for row in found.days if row.done}
    today = timezone.localdate()
    assert days == {today: (2, 135), today - timedelta(days=10): (1, 30)}
    assert len(found.days) == DAYS
    assert found.kinds == {"ranking": 2, "prompt": 1, "demonstration": 1}
    assert (found.done, found.seconds) == (4, 765)


def test_what_is_left_is_reckoned_back(busy: Cast) -> None:
    """Two labels wait today, of a task made today; before there was one label less to come: the
    ranking of ten days ago, and then that of today."""
    found = progress_of(busy.project)
    left = {row.day: row.left for row in found.days}
    today = timezone.localdate()
    assert left[today] == 2
    assert left[today - timedelta(days=1)] == 1  # today's ranking was still to come
    assert left[today - timedelta(days=10)] == 1
    assert left[today - timedelta(days=11)] == 2
    assert found.burn.left == 2
    assert found.burn.pace == 2 / 14
    assert found.burn.days == 14
    assert found.burn.end == today + timedelta(days=14)


def test_without_a_pace_there_is_no_end(cast: Cast) -> None:
    assert progress_of(cast.project).burn.days == 0
    ranking_task(cast.project)
    burn = progress_of(cast.project).burn
    assert (burn.left, burn.days, burn.end) == (1, None, None)


def test_who_is_idle(busy: Cast) -> None:
    rows = {row.name: row for row in progress_of(busy.project).labelers}
    assert set(rows) == {"lena", "luis", "hana"}
    assert {name for name, row in rows.items() if row.idle} == {"luis", "hana"}
    assert (rows["lena"].recent, rows["lena"].done, rows["hana"].last) == (2, 3, None)
    busy.project.memberships.filter(user=busy.luis).update(state="suspended")
    busy.project.memberships.get(user=busy.hana).roles.all().delete()
    rows = {row.name: row for row in progress_of(busy.project).labelers}
    assert set(rows) == {"lena", "luis"}  # who has done something is told of still
    assert not rows["luis"].idle


def test_coverage_stands_beside_the_mix(cast: Cast) -> None:
    heldout_end(cast)
    for use_case in ("chat", "chat", "rewrite"):
        prompt = prompt_make(cast.project, use_case=use_case)
        task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    for _ in range(2):
        hand_in(cast, cast.lena)
    rows = {row.label: row for row in progress_of(cast.project).coverage}
    assert (rows["Chat"].prompts, rows["Chat"].labels, rows["Chat"].share) == (2, 2, 100)
    assert (rows["Rewrite"].prompts, rows["Rewrite"].labels, rows["Rewrite"].wanted) == (1, 0, 6.6)


def test_costs_are_of_time_and_of_things(busy: Cast) -> None:
    assert progress_of(busy.project).cost is None
    rates_update(
        actor=busy.ada,
        project=busy.project,
        currency="eur",
        hour=Decimal(36),
        ranking=Decimal("0.5"),
        prompt=Decimal(2),
    )
    found = progress_of(busy.project)
    assert found.currency == "EUR"
    assert found.cost == Decimal(765) / 100 + Decimal("0.5") * 2 + 2  # 36 an hour: a cent a second
    assert {row.name: row.cost for row in found.labelers} == {
        "lena": Decimal("1.65") + 3,
        "luis": 6,
        "hana": 0,
    }
    event = AuditEvent.objects.get(verb="rates_update")
    assert event.data["changes"]["prompt"] == ["0.00", "2"]


@pytest.mark.parametrize("wrong", [{"currency": "EURO"}, {"hour": Decimal(-1)}, {"hour": "x"}])
def test_rates_that_cannot_be_are_refused(cast: Cast, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        rates_update(actor=cast.ada, project=cast.project, **wrong)
    assert set(refused.value.message_dict) == set(wrong)
    assert not Rates.objects.exists()


def test_a_labeler_sees_their_own_and_what_they_earned_if_so_set(busy: Cast) -> None:
    own = own_of(labeler=busy.lena, project=busy.project)
    assert (own.today.done, own.today.seconds, own.ever.done, own.ever.seconds) == (2, 135, 3, 165)
    assert own.kinds == {"ranking": 2, "prompt": 1}
    rates_update(actor=busy.ada, project=busy.project, ranking=Decimal(3))
    assert own_of(labeler=busy.lena, project=busy.project).ever.earned is None
    rates_update(actor=busy.ada, project=busy.project, told=True)
    own = own_of(labeler=busy.lena, project=busy.project)
    assert (own.today.earned, own.ever.earned) == (Decimal(3), Decimal(6))
    assert own_of(labeler=busy.otto, project=busy.project).ever.done == 0


def test_agreement_with_gold_is_told_in_whole_groups(cast: Cast) -> None:
    """Else the figure would move with each gold task, and tell which it was."""
    heldout_end(cast)
    told = []
    for agreement in (1.0, 0.5, 1.0, 0.5, 0.0, 0.0):
        task = ranking_task(cast.project)
        gold = cast.project.golds.create(task=task, ranks=[1, 2, 3, 4])
        lease = hand_in(cast, cast.lena)
        Grade.objects.create(
            gold=gold,
            project=cast.project,
            labeler=cast.lena,
            assignment=lease,
            agreement=agreement,
        )
        agreed = own_of(labeler=cast.lena, project=cast.project).gold
        told.append((agreed.share, agreed.of) if agreed else None)
    assert told == [None, None, None, (0.75, 4), (0.75, 4), (0.75, 4)]


def test_the_first_day_begins_at_its_midnight_whatever_the_clocks_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with timezone.override("Europe/Berlin"):
        zone = timezone.get_current_timezone()
        now = datetime(2026, 10, 26, 9, tzinfo=zone)
        monkeypatch.setattr(timezone, "localtime", lambda *_: now)
        assert days_begin(3) == datetime(2026, 10, 24, tzinfo=zone)


def test_a_day_is_a_date(busy: Cast) -> None:
    assert all(isinstance(row.day, date) for row in progress_of(busy.project).days)
