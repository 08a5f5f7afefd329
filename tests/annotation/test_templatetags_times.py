"""Filters of `{% load times %}`."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation.templatetags.times import duration, hours, lasted, when


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


def test_a_moment_names_its_zone_and_holds_it_for_scripts(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    at = datetime(2026, 1, 2, 22, 5, 7, tzinfo=UTC)
    iso = 'datetime="2026-01-02T23:05:07+01:00"'
    assert when(at) == f'<time {iso} data-shown="full">2 Jan 2026, 23:05 CET</time>'
    assert when(at, "second") == f'<time {iso} data-shown="second">23:05:07 CET</time>'
    assert when(at, "day") == f'<time {iso} data-shown="day">2 Jan 2026</time>'
    assert when(at, "brief") == f'<time {iso} data-shown="brief">2 Jan, 23:05 CET</time>'
    assert len(when(timezone.now(), "brief").split(">")[1].split("<")[0]) == len("23:05 CET")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "0 min"), (35_999, "9 h 59 min"), (36_000, "10 h"), (4_334_400, "1,204 h")],
)
def test_hours_are_full_ones_where_there_are_many(seconds: int, words: str) -> None:
    assert hours(seconds) == words
