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
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.05},
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
    assert 0.1 <= time.monotonic() - start < 5
    end(holder)


def test_other_statements_keep_their_timeout(tmp_path):
    db = connection(tmp_path / "a")
    begin(db)
    end(db)
    with db.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (50,)
