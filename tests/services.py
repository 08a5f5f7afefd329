"""Run the tests that touch database, queue or broker once more, on PostgreSQL and Redis.

    python -m tests.services

The services are those of TEST_DATABASE_URL and TEST_BROKER_URL, or else what answers on loopback
with the settings of a fresh installation. Where none answers the run says so and succeeds.
"""

import os
import subprocess
import sys

import psycopg
import redis

DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
BROKER_URL = os.environ.get("TEST_BROKER_URL", "redis://127.0.0.1:6379/0")


def postgres_refusal() -> str | None:
    try:
        with psycopg.connect(DATABASE_URL, connect_timeout=3):
            return None
    except psycopg.OperationalError as error:
        return f"PostgreSQL: {error}".strip()


def redis_refusal() -> str | None:
    try:
        redis.Redis.from_url(BROKER_URL, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return f"Redis: {error}"
    return None


def main() -> int:
    refusals = [reason for reason in (postgres_refusal(), redis_refusal()) if reason]
    if refusals:
        print("SKIPPED the second run on PostgreSQL and Redis, since they do not answer:")
        print("\n".join(f"  {reason}" for reason in refusals))
        return 0
    print(
        f"Second run, on {DATABASE_URL.split('@')[-1]} and {BROKER_URL.split('@')[-1]}", flush=True
    )
    environment = {
        **os.environ,
        "DATABASE_URL": DATABASE_URL,
        "CELERY_BROKER_URL": BROKER_URL,
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-m", "service", "-n", "2", "--dist", "loadgroup"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
