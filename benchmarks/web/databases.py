"""A database of its own for each system: a SQLite file, or one made and dropped in PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
# Both systems' libpq takes this. On loopback its default encrypts, which there is only work.
LOCAL = urlsplit(SERVER).hostname in ("127.0.0.1", "::1", "localhost")
SSLMODE = "disable" if LOCAL else os.environ.get("PGSSLMODE", "prefer")


def postgres_refusal() -> str | None:
    """Why PostgreSQL cannot be had; None where it answers."""
    try:
        with psycopg.connect(SERVER, connect_timeout=3):
            return None
    except psycopg.OperationalError as error:
        return str(error).strip()


@contextmanager
def database_make(kind: str, *, name: str, folder: Path) -> Iterator[str]:
    """The address of an empty database that is gone after the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{name}.sqlite3'}"
        return
    name = f"bench_{name}_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(drop)
