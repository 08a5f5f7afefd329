"""Twenty labelers at once while a file is imported: no double lease, no lost submit, no failed
write, overlap never exceeded. `benchmarks/queue_stress.py` is the judge, here with a small file;
STRESS_LINES=100000 makes it the full one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LINES = int(os.environ.get("STRESS_LINES", "500"))

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def database() -> Iterator[list[str]]:
    """The benchmark's --database: one of its own beside the tests' own, where that is a server."""
    if connection.vendor == "sqlite":
        yield []
        return
    name = f"stress_{os.getpid()}"
    settings = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    place = f"{settings['HOST']}:{settings['PORT'] or 5432}/{name}"
    yield ["--database", f"postgres://{settings['USER']}:{settings['PASSWORD']}@{place}"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_twenty_labelers_beside_an_import(database):
    figures = ["--labelers", "20", "--processes", "2", "--tasks", "200", "--pause", "0.3"]
    ran = subprocess.run(
        [
            sys.executable,
            str(ROOT / "benchmarks" / "queue_stress.py"),
            *figures,
            "--import-lines",
            str(LINES),
            "--seconds",
            "5",
            *database,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout, ran.stderr[-2_000:]
    result = json.loads(ran.stdout)
    assert (result["errors"], result["faults"]) == ([], [])
    assert result["import"]["state"] == "visible"
    assert result["import"]["report"]["tasks"] == LINES // 2
    assert result["submitted"] > 20
    assert result["ok"]
    assert ran.returncode == 0
