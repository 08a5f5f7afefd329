"""The benchmark of an admin's pages, on a small project: every page is there and is timed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def test_every_page_of_both_projects_is_timed(tmp_path: Path) -> None:
    sizes = ("--prompts", "400", "--rankings", "300", "--repeats", "2", "--databases", "sqlite")
    command = [sys.executable, "-m", "benchmarks.admin", "--out", str(tmp_path), *sizes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    said = json.loads((tmp_path / "admin.json").read_text())
    assert (said["prompts"], said["rankings"]) == (400, 300)
    found = said["databases"]["sqlite"]
    names = [page["name"] for page in found["pages"]]
    assert {"list", "mix", "quality", "review", "review, a task", "progress", "channel"} < set(
        names
    )
    assert len(names) == len(set(names))
    assert all(page["p95_ms"] >= page["p50_ms"] > 0 for page in found["pages"])
    assert set(found["workers_cpu"]) == {"report_seconds", "review_seconds"}
    late = any(page["p95_ms"] > page["limit_ms"] for page in found["pages"])
    assert done.returncode == int(late), done.stderr
