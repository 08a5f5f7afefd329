"""Filters of `{% load times %}`."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation.templatetags.times import duration, lasted


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h 0 min"),
        (48 * 3_600 - 1, "47 h 59 min"),
        (51 * 3_600, "2 d 3 h"),
    ],
)
def test_how_long_something_took_is_never_nothing_at_all(seconds, told):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert duration(seconds) == lasted(begin, begin + timedelta(seconds=seconds)) == told


def test_what_goes_on_has_lasted_until_now():
    assert lasted(timezone.now() - timedelta(minutes=5)) == "5 min 0 s"
