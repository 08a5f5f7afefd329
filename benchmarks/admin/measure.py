"""Fill the database that the settings name, and time each page. Started by __main__."""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(result: Path, prompts: int, rankings: int, repeats: int) -> None:
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from benchmarks.admin import prompts as prompts_pages  # noqa: PLC0415
    from benchmarks.admin import rankings as rankings_pages  # noqa: PLC0415

    setup_test_environment()
    call_command("migrate", verbosity=0)
    began = time.monotonic()
    admin = prompts_pages.fill(prompts)
    workers = rankings_pages.fill(rankings, admin)
    filled = time.monotonic() - began
    client = Client()
    client.force_login(admin)
    pages = [
        timed(client, name, address, limit, repeats)
        for name, address, limit in (*prompts_pages.addresses(), *rankings_pages.addresses())
    ]
    said = {"fill_seconds": round(filled, 1), "workers_cpu": workers, "pages": pages}
    result.write_text(json.dumps(said))


def timed(client: Any, name: str, address: str, limit: int, repeats: int) -> dict[str, Any]:
    """Milliseconds of a page over `repeats`, after one request that warms it; `cpu_ms`: of this
    process, in which SQLite's work is and PostgreSQL's is not."""
    assert client.get(address).status_code == 200, address
    times, computed = [], []
    for _ in range(repeats):
        began, computing = time.perf_counter(), time.process_time()
        client.get(address)
        times.append(1000 * (time.perf_counter() - began))
        computed.append(1000 * (time.process_time() - computing))
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return {
        "name": name,
        "address": address,
        "limit_ms": limit,
        "repeats": repeats,
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(cuts[18], 2),
        "cpu_ms": round(statistics.median(computed), 2),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:5]))
