"""A worker's wish to end, seen by the tasks that it still runs.

A worker that shuts down warmly waits for its tasks, which may take hours. Its signal reaches only
the main process, not those of a prefork pool: one byte of memory shared by fork tells them.
"""

import mmap

_byte = mmap.mmap(-1, 1)


def shutdown_request() -> None:
    _byte[0] = 1


def shutdown_clear() -> None:
    _byte[0] = 0


def shutdown_requested() -> bool:
    return _byte[0] == 1
