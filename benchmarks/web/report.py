"""The table on the terminal, and web.json."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.web.databases import SSLMODE
from benchmarks.web.measures import (
    Run,
    comparisons_make,
    ratios_make,
    rows_make,
    scalings_make,
    targets_make,
)
from benchmarks.web.servers import THREADS, WORKERS

COLUMNS = (
    ("system", "system"),
    ("database", "database"),
    ("tasks", "tasks"),
    ("labelers", "labelers"),
    ("tasks/s", "tasks_per_s"),
    ("min-max", "tasks_per_s_spread"),
    ("next p50 ms", "next_p50_ms"),
    ("p95 ms", "next_p95_ms"),
    ("errors", "errors"),
    ("double", "duplicates"),
    ("PSS MB", "memory_mb"),
    ("cpu ms/task", "cpu_ms_per_task"),
    ("client cpu", "client_cpu_share"),
)


def report_make(runs: Sequence[Run], faults: dict[str, list[str]]) -> dict[str, Any]:
    rows, comparisons, scalings = rows_make(runs), comparisons_make(runs), scalings_make(runs)
    return {
        "rows": rows,
        "ratios": ratios_make(comparisons),
        "comparisons": comparisons,
        "scalings": scalings,
        "targets": [asdict(target) for target in targets_make(rows, comparisons, scalings)],
        "integrity_faults": faults,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "gunicorn": {"workers": WORKERS, "threads": THREADS, "worker_class": "gthread"},
        "postgresql": {"sslmode": SSLMODE},
        "memory": "PSS summed over gunicorn's processes at the end of a run, the most of all runs",
    }


def report_write(report: dict[str, Any], path: Path) -> None:
    """Whole or not at all: a reader never meets half of it."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(report, indent=2) + "\n")
    partial.replace(path)


def report_print(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Claim and submit over HTTP")
    for title, key in COLUMNS:
        words = key in ("system", "database")
        table.add_column(title, justify="left" if words else "right")
    for row in report["rows"]:
        table.add_row(*(cell(row[key]) for _, key in COLUMNS))
    console.print(table)
    for each in report["comparisons"]:
        console.print(
            f"{each['labelers']:>4} labelers, {each['tasks']:,} tasks, {each['system']} on "
            f"{each['database']}: "
            f"{each['tasks_per_s']['median']:.1f} times Label Studio's tasks/s "
            f"({cell(each['tasks_per_s'])}), {each['next_p95']['median']:.2f} of its p95 of next, "
            f"{each['turn_p95']['median']:.2f} of its p95 from handing in to the next",
            highlight=False,
        )
    targets = Table("target, at its worst", "measured", "wanted", "met")
    for target in report["targets"]:
        met = "yes" if target["met"] else "NO"
        targets.add_row(target["what"], cell(target["measured"]), target["wanted"], met)
    console.print(targets)
    for setting, faults in report["integrity_faults"].items():
        said = "no faults" if not faults else f"{len(faults)} faults, the first: {faults[0]}"
        console.print(f"check_integrity of {setting}: {said}", highlight=False)


def cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return f"{value['least']:.3g}-{value['most']:.3g}"
    if isinstance(value, float):
        return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
