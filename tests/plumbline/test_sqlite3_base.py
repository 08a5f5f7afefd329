"""Waiting for SQLite's write lock: everybody gets it, and not for ever."""

import threading
import time
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from plumbline.sqlite3 import base

pytestmark = pytest.mark.django_db


def connection(path: Path) -> base.DatabaseWrapper:
    settings = {
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 0.05,
            # As in the settings: without it who tries to begin may be in the way of a commit.
            "init_command": "PRAGMA journal_mode=WAL",
        },
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
    }
    return base.DatabaseWrapper(settings, alias="lock")


def begin(db: base.DatabaseWrapper) -> None:
    db.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(db: base.DatabaseWrapper) -> None:
    db.commit()
    db.set_autocommit(True)


def test_a_transaction_outwaits_the_busy_timeout(tmp_path):
    """The lock is held for longer than SQLite itself would wait."""
    holder, waiter = connection(tmp_path / "a"), connection(tmp_path / "a")
    begin(holder)
    began = threading.Event()

    def wait() -> None:
        begin(waiter)
        began.set()
        end(waiter)
        waiter.close()

    waiter.inc_thread_sharing()
    thread = threading.Thread(target=wait)
    thread.start()
    assert not began.wait(0.3)
    end(holder)
    assert began.wait(5)
    thread.join()
    holder.close()


def test_patience_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "PATIENCE", 0.1)
    holder, waiter = connection(tmp_path / "a"), connection(tmp_path / "a")
    begin(holder)
    start = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        begin(waiter)
    assert time.monotonic() - start >= 0.1
    end(holder)


def test_of_a_process_one_tries_and_the_others_wait_behind_it(tmp_path, monkeypatch):
    holder = connection(tmp_path / "a")
    begin(holder)
    tries: set[int] = set()

    def sleep(seconds: float) -> None:
        tries.add(threading.get_ident())
        threading.Event().wait(seconds)

    monkeypatch.setattr("plumbline.sqlite3.base.time.sleep", sleep)
    began: list[int] = []

    def wait() -> None:
        waiter = connection(tmp_path / "a")
        begin(waiter)
        began.append(threading.get_ident())
        end(waiter)
        waiter.close()

    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not tries:
        threading.Event().wait(0.01)
    threading.Event().wait(0.2)
    assert (len(tries), began) == (1, [])
    end(holder)
    for thread in threads:
        thread.join(10)
    assert len(set(began)) == 4


def test_statements_outside_of_a_transaction_wait_too(tmp_path):
    holder, writer = connection(tmp_path / "a"), connection(tmp_path / "a")
    with holder.cursor() as cursor:
        cursor.execute("CREATE TABLE word (text TEXT)")
    begin(holder)
    timer = threading.Timer(0.3, end, args=(holder,))
    holder.inc_thread_sharing()
    timer.start()
    with writer.cursor() as cursor:
        cursor.execute("INSERT INTO word VALUES ('one')")
        cursor.executemany("INSERT INTO word VALUES (%s)", [("two",), ("three",)])
        assert cursor.execute("SELECT count(*) FROM word").fetchone() == (3,)
    timer.join()


def test_an_error_is_raised_at_once(tmp_path):
    db = connection(tmp_path / "a")
    with db.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.execute("SELECT * FROM word")
    with db.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.executemany("INSERT INTO word VALUES (%s)", [("two",)])
    begin(db)
    end(db)
