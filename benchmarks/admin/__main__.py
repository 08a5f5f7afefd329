"""python -m benchmarks.admin --out FOLDER: one process for each database, then admin.json.

The pages are asked for through Django's test client, in the process that measures: what is timed is
the server's own work, from the request to the last byte of the answer, without a network.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.web.databases import database_make, postgres_refusal


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.admin", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=100_000)
    parser.add_argument("--rankings", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"machine": machine(), "databases": {}}
    found |= {"prompts": options.prompts, "rankings": options.rankings}
    for kind in options.databases:
        if kind == "postgresql" and (refusal := postgres_refusal()):
            print(f"PostgreSQL is left out, since it does not answer: {refusal}")
            found["databases"][kind] = {"left_out": refusal}
            continue
        with tempfile.TemporaryDirectory() as folder:
            found["databases"][kind] = measured(kind, Path(folder), options)
    target = options.out / "admin.json"
    target.write_text(json.dumps(found, indent=1) + "\n")
    print(f"Written: {target}")
    return report(found)


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def measured(kind: str, folder: Path, options: argparse.Namespace) -> Any:
    """Measure in a process of its own, whose settings name the scratch database."""
    with database_make(kind, name="admin", folder=folder) as address:
        result = folder / "result.json"
        command = [
            *(sys.executable, "-m", "benchmarks.admin.measure", str(result)),
            *(str(options.prompts), str(options.rankings), str(options.repeats)),
        ]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "plumbline.settings",
            "DATABASE_URL": address,
            "VAR_DIR": str(folder),
            "CELERY_BROKER_URL": "memory://localhost/",
            "LOG_LEVEL": "ERROR",
        }
        subprocess.run(command, env=environment, check=True)
        return json.loads(result.read_text())


def report(found: dict[str, Any]) -> int:
    """Say what was measured; 1 where a limit is passed."""
    passed = 0
    for kind, pages in found["databases"].items():
        for page in pages.get("pages", ()):
            over = page["p95_ms"] > page["limit_ms"]
            passed += over
            print(
                f"{kind:11} {page['name']:34} p50 {page['p50_ms']:7.1f}  p95 {page['p95_ms']:7.1f}"
                f"  of {page['limit_ms']} ms, cpu {page['cpu_ms']:6.1f}"
                f"{'  TOO SLOW' if over else ''}"
            )
    return int(passed > 0)


if __name__ == "__main__":
    sys.exit(main())
