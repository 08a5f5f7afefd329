"""A kept connection whose server has hung up is opened anew; a living one is not asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection of its own, as a request leaves it for the next one."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's backend")
    other = connection.copy()
    other.ensure_connection()
    other.close_at = None
    yield other
    other.close()


def pid(db: Any) -> int:
    with db.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def next_request(db: Any) -> None:
    db.health_check_enabled = True
    db.health_check_done = False


def test_a_living_one_is_kept_and_not_asked(kept: Any) -> None:
    before = pid(kept)
    next_request(kept)
    with CaptureQueriesContext(kept) as asked:
        assert kept.is_usable()
    assert not asked.captured_queries
    assert pid(kept) == before


def test_one_that_the_server_ended_is_opened_anew(kept: Any) -> None:
    before = pid(kept)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert not kept.is_usable()
    next_request(kept)
    assert pid(kept) != before


def test_without_a_connection_there_is_none_to_use(kept: Any) -> None:
    kept.close()
    assert not kept.is_usable()
