"""The local day of a moment, as the database says it and as Python does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation.models import Assignment
from annotation.progress.local_days import local_day, offsets
from tests.annotation.work import claimed, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
HOUR = 3600


def test_the_clocks_change_to_the_minute() -> None:
    """Berlin leaves summer time on 25 October 2026 at 1:00 UTC."""
    with timezone.override("Europe/Berlin"):
        since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, 12, tzinfo=UTC)
        assert offsets(since, until) == [
            (datetime(2026, 10, 25, 1, tzinfo=UTC), 2 * HOUR),
            (until, HOUR),
        ]
    assert offsets(since, until) == [(until, 0)]


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland"]
)
def test_the_day_is_that_of_the_zone(cast: Cast, zone: str) -> None:
    ranking_task(cast.project)
    row = claimed(cast.lena, cast.project)
    since = datetime(2026, 10, 20, tzinfo=UTC)
    until = since + timedelta(days=14)
    with timezone.override(zone):
        for quarter in range(0, 14 * 24 * 4, 11):
            at = since + timedelta(minutes=15 * quarter, seconds=59)
            Assignment.objects.filter(pk=row.pk).update(ended_at=at)
            rows = Assignment.objects.annotate(day=local_day("ended_at", since=since, until=until))
            assert rows.values_list("day", flat=True).get() == timezone.localtime(at).date()
