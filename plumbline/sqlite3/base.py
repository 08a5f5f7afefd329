"""How a transaction waits for SQLite's write lock.

SQLite's own busy handler sleeps longer the longer it has waited, up to 100 ms at a time, while who
comes new tries every millisecond: under load the oldest waiters starve, some past any timeout (20
labelers beside an import: a slowest claim of 20 s). Here everybody who begins a transaction tries
at the same short interval, so that no one who waits is worse off than who arrives.
"""

import random
import sqlite3
import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

# Seconds between two tries, and how long to go on trying.
BETWEEN = (0.001, 0.004)
PATIENCE = 120.0


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        timeout = int(1000 * self.settings_dict["OPTIONS"].get("timeout", 5.0))
        deadline = time.monotonic() + PATIENCE
        self._busy_timeout(0)
        try:
            while not self._begin(last=time.monotonic() > deadline):
                time.sleep(random.uniform(*BETWEEN))
        finally:
            self._busy_timeout(timeout)

    def _begin(self, *, last: bool) -> bool:
        """Whether the transaction began; raises when the lock is taken at the last try."""
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except OperationalError as error:
            # The low byte is the primary code; how the lock came to be taken makes no difference.
            code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
            if last or code != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _busy_timeout(self, milliseconds: int) -> None:
        assert self.connection is not None
        self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
