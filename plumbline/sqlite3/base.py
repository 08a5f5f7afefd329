"""How a statement waits for SQLite's write lock.

SQLite's own busy handler sleeps longer the longer it has waited, up to 100 ms at a time, while who
comes new tries every millisecond: under load the oldest waiters starve, some past any timeout (20
labelers beside an import: a slowest claim of 20 s). Here everybody tries at the same short
interval, so that no one who waits is worse off than who arrives.
"""

import random
import sqlite3
import threading
import time
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

# Seconds between two tries of a process, and how long to go on trying.
BETWEEN = (0.0003, 0.001)
PATIENCE = 120.0
# Held while a thread waits to begin: the others of its process wait behind it, without trying.
TURN = threading.Lock()
BEGIN = "BEGIN IMMEDIATE"


@lru_cache(512)
def converted(query: str) -> str:
    """With SQLite's signs for parameters; of what is run again and again, looked for once."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries again while the lock is taken. Only outside of a transaction: inside of one that has
    begun to read, SQLite's refusal is final, and one that may write has the lock."""

    def execute(self, query: str, params: Any = None) -> Any:
        deadline = time.monotonic() + PATIENCE
        if query != BEGIN:
            return self.try_until(deadline, query, params)
        mine = TURN.acquire(timeout=PATIENCE)
        try:
            return self.try_until(deadline, query, params)
        finally:
            if mine:
                TURN.release()

    def try_until(self, deadline: float, query: str, params: Any) -> Any:
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                # The low byte is the primary code; how the lock was taken makes no difference.
                busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or self.connection.in_transaction or time.monotonic() > deadline:
                    raise
            time.sleep(random.uniform(*BETWEEN))

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        return converted(query)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Without the tries, which would write the first rows twice."""
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        self.execute(BEGIN)
        try:
            return super().executemany(query, param_list)
        except BaseException:
            self.connection.rollback()
            raise
        finally:
            self.connection.commit()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout = 0")  # the cursor waits, not SQLite
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        del name
        assert self.connection is not None
        return self.connection.cursor(factory=PatientCursor)
